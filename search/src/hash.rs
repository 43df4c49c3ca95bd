//! A hash that is the same in every release and on every machine, since it stands in the index.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// 64-bit FNV-1a (Fowler, Noll, Vo), its bits mixed by the finisher of SplitMix64 (Steele, Lea, Flood): FNV alone leaves the high
/// bits of short texts alike.
pub(crate) fn hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    mix(fnv)
}

/// Another 64 bits from a hash.
pub(crate) fn rehash(hash: u64) -> u64 {
    mix(hash.wrapping_add(0x9e37_79b9_7f4a_7c15))
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
