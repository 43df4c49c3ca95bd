use super::*;

/// RFC 6962, section 2.1, as it stands there.
fn recomputed(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let mut k = 1;
            while k * 2 < many.len() {
                k *= 2;
            }
            node_hash(&recomputed(&many[..k]), &recomputed(&many[k..]))
        }
    }
}

fn hash_of(n: u64) -> Hash {
    leaf_hash(&n.to_be_bytes())
}

/// The leaves and roots of the reference implementation of RFC 6962 (certificate-transparency, `merkletree`).
#[test]
fn agrees_with_the_reference_vectors() {
    let leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    assert_eq!(
        hex::encode(frontier.root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (leaf, root) in leaves.into_iter().zip(roots) {
        frontier.push(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(hex::encode(frontier.root()), root, "after leaf {leaf}");
    }
}

#[test]
fn the_frontier_agrees_with_the_definition_at_every_size() {
    let leaves: Vec<Hash> = (0..600).map(hash_of).collect();
    let mut frontier = Frontier::default();
    for (n, leaf) in leaves.iter().enumerate() {
        frontier.push(*leaf);
        assert_eq!(frontier.root(), recomputed(&leaves[..=n]), "size {}", n + 1);
        assert_eq!(Frontier::from_bytes(n as u64 + 1, &frontier.to_bytes()), Some(frontier.clone()));
        assert_eq!(frontier.subtrees().map(|(width, _)| width).sum::<u64>(), n as u64 + 1);
    }
    assert_eq!(Frontier::from_bytes(601, &frontier.to_bytes()), None);
}

#[test]
fn a_tree_can_be_taken_up_from_its_tiles_across_256_and_65536() {
    let sizes: [u64; 9] = [255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_100];
    let mut tree = Tree::default();
    let mut tiles: Vec<Tile> = Vec::new();
    let mut leaves = Vec::new();
    for n in 0..66_100 {
        leaves.push(hash_of(n));
        tree.push(hash_of(n), |tile| tiles.push(tile));
        let size = n + 1;
        if !sizes.contains(&size) {
            continue;
        }
        assert_eq!(tree.frontier().root(), recomputed(&leaves), "size {size}");
        for level in 0..3 {
            let count = tiles.iter().filter(|tile| tile.level == level).count() as u64;
            assert_eq!(count, full_tiles(size, level), "size {size}, level {level}");
        }
        let open_tiles = |level: u32| -> Vec<Tile> {
            let from = full_tiles(size, level + 1) * TILE_WIDTH;
            tiles.iter().filter(|tile| tile.level == level && tile.index >= from).cloned().collect()
        };
        let mut again = Tree::from_tiles(&[open_tiles(0), open_tiles(1)]);
        let from = again.frontier().size();
        (from..size).for_each(|n| again.push(hash_of(n), |_| panic!("no tile is full here")));
        assert_eq!(again.frontier(), tree.frontier(), "size {size}");
        let filled = |tree: &Tree| {
            tree.partial.iter().filter(|hashes| !hashes.is_empty()).cloned().collect::<Vec<_>>()
        };
        assert_eq!(filled(&again), filled(&tree), "size {size}");
    }
    for tile in &tiles {
        assert_eq!(tile.hashes.len(), TILE_BYTES);
        let width = TILE_WIDTH.pow(tile.level + 1);
        let from = (tile.index * width) as usize;
        assert_eq!(tile.root(), recomputed(&leaves[from..from + width as usize]));
    }
}
