//! The hash by which servers that hear the same clients share them (RFC 3074 section 6).
//!
//! Two servers that follow the RFC share in the same way whoever made them, so the table and the
//! order of the bytes are fixed.

/// A permutation of all bytes.
#[rustfmt::skip]
const MIX: [u8; 256] = [
    251, 175, 119, 215, 81, 14, 79, 191, 103, 49, 181, 143, 186, 157, 0, 232,
    31, 32, 55, 60, 152, 58, 17, 237, 174, 70, 160, 144, 220, 90, 57, 223,
    59, 3, 18, 140, 111, 166, 203, 196, 134, 243, 124, 95, 222, 179, 197, 65,
    180, 48, 36, 15, 107, 46, 233, 130, 165, 30, 123, 161, 209, 23, 97, 16,
    40, 91, 219, 61, 100, 10, 210, 109, 250, 127, 22, 138, 29, 108, 244, 67,
    207, 9, 178, 204, 74, 98, 126, 249, 167, 116, 34, 77, 193, 200, 121, 5,
    20, 113, 71, 35, 128, 13, 182, 94, 25, 226, 227, 199, 75, 27, 41, 245,
    230, 224, 43, 225, 177, 26, 155, 150, 212, 142, 218, 115, 241, 73, 88, 105,
    39, 114, 62, 255, 192, 201, 145, 214, 168, 158, 221, 148, 154, 122, 12, 84,
    82, 163, 44, 139, 228, 236, 205, 242, 217, 11, 187, 146, 159, 64, 86, 239,
    195, 42, 106, 198, 118, 112, 184, 172, 87, 2, 173, 117, 176, 229, 247, 253,
    137, 185, 99, 164, 102, 147, 45, 66, 231, 52, 141, 211, 194, 206, 246, 238,
    56, 110, 78, 248, 63, 240, 189, 93, 92, 51, 53, 183, 19, 171, 72, 50,
    33, 104, 101, 69, 8, 252, 83, 120, 76, 135, 85, 54, 202, 125, 188, 213,
    96, 235, 136, 208, 162, 129, 190, 132, 156, 38, 47, 1, 7, 254, 24, 4,
    216, 131, 89, 21, 28, 133, 37, 153, 149, 80, 170, 68, 6, 169, 234, 151,
];

/// From the last byte of the key to the first, beginning with its length.
pub(crate) fn hash(key: &[u8]) -> u8 {
    // The RFC keeps one byte of the length.
    let length = key.len() as u8;
    let mix = |hash: u8, byte: &u8| MIX[usize::from(hash ^ byte)];
    key.iter().rev().fold(length, mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_byte_once() {
        let mut sorted = MIX;
        sorted.sort_unstable();
        assert!(
            sorted
                .iter()
                .zip(0..=255)
                .all(|(found, byte)| *found == byte)
        );
        // First, last and some in between, as the RFC has them.
        assert_eq!((MIX[0], MIX[14], MIX[131], MIX[255]), (251, 0, 255, 151));
    }

    #[test]
    fn keys_of_all_lengths_have_their_hashes() {
        // By a second implementation of the RFC's text.
        let long: Vec<u8> = (0..44).chain(*b"abc").collect();
        for (key, expected) in [
            ([].as_slice(), 0),
            (&[2, 0, 0, 0, 0, 1], 133),
            (&[1, 2, 0, 0, 0, 0, 1], 14),
            (&long, 147),
        ] {
            assert_eq!(hash(key), expected, "{key:02x?}");
        }
    }

    #[test]
    fn two_servers_get_about_half_each() {
        let clients = 0..4096_u32;
        let first = clients
            .filter(|number| {
                let [a, b, c, d] = number.to_be_bytes();
                hash(&[2, 0, a, b, c, d]).is_multiple_of(2)
            })
            .count();
        assert!((1800..2300).contains(&first), "{first} of 4096");
    }
}
