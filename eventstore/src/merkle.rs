//! The Merkle tree of RFC 6962 over a log's leaves, and its tiles.
//!
//! A leaf's hash is SHA-256(0x00 ‖ leaf), a node's SHA-256(0x01 ‖ left ‖ right). The tree is kept as 256-wide tiles: tile
//! `i` of level 0 holds the hashes of leaves 256·i to 256·i + 255 (counted from 0); tile `i` of level `l` + 1 holds the
//! roots of tiles 256·i to 256·i + 255 of level `l`. Only full tiles are stored; the rest is made from the leaves.

use sha2::{Digest, Sha256};

use crate::contract::Hash;

pub(crate) const LEAF_PREFIX: u8 = 0;
const NODE_PREFIX: u8 = 1;

/// How many hashes a tile holds.
pub const TILE_WIDTH: u64 = 256;
/// How many bytes a full tile has.
pub const TILE_BYTES: usize = 256 * 32;

/// The hash of a leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([LEAF_PREFIX]).chain_update(leaf).finalize().into()
}

/// The hash of a node over two subtrees.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([NODE_PREFIX]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The frontier of a tree: the roots of its perfect subtrees, largest first; as many as its size has one-bits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// From the bytes of a head row. `None` where they do not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let peaks: Vec<Hash> = bytes.chunks(32).map(Hash::try_from).collect::<Result<_, _>>().ok()?;
        (peaks.len() as u64 == u64::from(size.count_ones())).then_some(Self { size, peaks })
    }

    /// As the head row holds it: the peaks, one after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The perfect subtrees from the first leaf on: how many leaves each has, and its root.
    pub fn subtrees(&self) -> impl Iterator<Item = (u64, &Hash)> {
        let size = self.size;
        let widths = (0..64).rev().map(|bit| 1_u64 << bit).filter(move |width| size & width != 0);
        widths.zip(&self.peaks)
    }

    /// One more leaf.
    pub fn push(&mut self, leaf_hash: Hash) {
        let mut hash = leaf_hash;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The Merkle tree hash over all leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// A full tile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tile {
    /// 0 for leaf hashes, 1 for roots of level-0 tiles, …
    pub level: u32,
    /// Which one of its level, from 0.
    pub index: u64,
    /// 256 hashes of 32 bytes.
    pub hashes: Vec<u8>,
}

impl Tile {
    /// The root of the perfect tree over the tile's hashes.
    pub fn root(&self) -> Hash {
        let mut frontier = Frontier::default();
        self.hashes
            .chunks_exact(32)
            .filter_map(|hash| Hash::try_from(hash).ok())
            .for_each(|hash| frontier.push(hash));
        frontier.root()
    }
}

/// How many full tiles a level has in a tree of this size.
pub fn full_tiles(size: u64, level: u32) -> u64 {
    let bits = 8 * (level + 1);
    if bits >= 64 { 0 } else { size >> bits }
}

/// A tree as the writer keeps it: the frontier, and of every level the hashes that fill no tile yet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tree {
    frontier: Frontier,
    /// By level; fewer than 256 hashes each.
    partial: Vec<Vec<u8>>,
}

impl Tree {
    /// The frontier.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// A tree of tiles alone, before the leaves that follow the last full level-0 tile are pushed. `load` gives, for
    /// every level from 0, the tiles that are not yet under a full tile of the next level, in order.
    pub fn from_tiles(levels: &[Vec<Tile>]) -> Self {
        let mut tree = Self::default();
        for (level, tiles) in levels.iter().enumerate().rev() {
            let roots: Vec<Hash> = tiles.iter().map(Tile::root).collect();
            tree.frontier.size += (roots.len() as u64) << (8 * (level + 1));
            let mut level_peaks = Frontier::default();
            roots.iter().for_each(|root| level_peaks.push(*root));
            tree.frontier.peaks.extend_from_slice(&level_peaks.peaks);
            tree.hashes_of(level + 1).extend(roots.concat());
        }
        tree
    }

    /// One more leaf; full tiles are given to `full`.
    pub fn push(&mut self, leaf_hash: Hash, mut full: impl FnMut(Tile)) {
        let index = self.frontier.size;
        self.frontier.push(leaf_hash);
        let (mut level, mut hash, mut index) = (0_u32, leaf_hash, index);
        loop {
            let hashes = self.hashes_of(level as usize);
            hashes.extend_from_slice(&hash);
            if hashes.len() < TILE_BYTES {
                return;
            }
            let tile = Tile { level, index: index / TILE_WIDTH, hashes: std::mem::take(hashes) };
            (level, hash, index) = (level + 1, tile.root(), tile.index);
            full(tile);
        }
    }

    fn hashes_of(&mut self, level: usize) -> &mut Vec<u8> {
        if self.partial.len() <= level {
            self.partial.resize(level + 1, Vec::new());
        }
        &mut self.partial[level]
    }
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
