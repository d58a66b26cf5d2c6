//! What stands inside of DHCPv4 options: sub-options, and the vendor blocks of options 124 and 125.

use super::code;

/// Code and data of sub-options, in order. Stops at one that is cut off, which is then in
/// [`Self::rest`].
///
/// Nothing is joined: parts of a long sub-option come one by one (manual dhcp4-srv.rst:3063).
#[derive(Clone, Debug)]
pub struct SubOptions<'o> {
    rest: &'o [u8],
    padded: bool,
}

impl<'o> SubOptions<'o> {
    /// Sub-options without padding: those of option 82, of 125, and of spaces that define codes 0 or 255.
    #[must_use]
    pub fn new(data: &'o [u8]) -> Self {
        let padded = false;
        Self { rest: data, padded }
    }

    /// Sub-options where code 0 is padding and 255 the end: those of option 43 unless its space defines
    /// these codes (manual dhcp4-srv.rst:2537), and of other encapsulated spaces.
    #[must_use]
    pub fn padded(data: &'o [u8]) -> Self {
        let padded = true;
        Self { rest: data, padded }
    }

    /// What was not read: nothing, unless the last sub-option is cut off.
    #[must_use]
    pub fn rest(&self) -> &'o [u8] {
        self.rest
    }
}

impl<'o> Iterator for SubOptions<'o> {
    type Item = (u8, &'o [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while let (true, [code::PAD, rest @ ..]) = (self.padded, self.rest) {
            self.rest = rest;
        }
        let [code, len, rest @ ..] = self.rest else {
            if let (true, [code::END]) = (self.padded, self.rest) {
                self.rest = &[];
            }
            return None;
        };
        if self.padded && *code == code::END {
            self.rest = &[];
            return None;
        }
        let (data, rest) = rest.split_at_checked(usize::from(*len))?;
        self.rest = rest;
        Some((*code, data))
    }
}

/// Enterprise number and data of each block of option 124 or 125 (RFC 3925). A block that is cut off
/// ends them.
#[derive(Clone, Debug)]
pub struct VendorBlocks<'o> {
    rest: &'o [u8],
}

impl<'o> VendorBlocks<'o> {
    /// The blocks of an option's data.
    #[must_use]
    pub fn new(data: &'o [u8]) -> Self {
        Self { rest: data }
    }
}

impl<'o> Iterator for VendorBlocks<'o> {
    type Item = (u32, &'o [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (enterprise, rest) = self.rest.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first()?;
        let (data, rest) = rest.split_at_checked(usize::from(*len))?;
        self.rest = rest;
        Some((u32::from_be_bytes(*enterprise), data))
    }
}

/// Appends an option or sub-option, in parts of at most 255 bytes with the same code (RFC 3396).
pub fn write_option(code: u8, data: &[u8], out: &mut Vec<u8>) {
    if data.is_empty() {
        out.extend_from_slice(&[code, 0]);
    }
    for part in data.chunks(255) {
        out.extend_from_slice(&[code, part.len() as u8]);
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_counts_where_the_space_has_it() {
        let data = [0, 1, 1, b'a', 0, 0, 2, 0, 255, 9, 9];
        let padded: Vec<_> = SubOptions::padded(&data).collect();
        assert_eq!(padded, [(1, &b"a"[..]), (2, b"")]);
        let plain: Vec<_> = SubOptions::new(&[0, 1, 7, 255, 0]).collect();
        assert_eq!(plain, [(0, &[7][..]), (255, &[])]);
    }

    #[test]
    fn a_cut_off_suboption_is_left_in_the_rest() {
        for (data, rest) in [
            (&[1, 0, 2, 9, 1][..], 3),
            (&[1, 0, 2], 1),
            (&[1, 0], 0),
            (&[255], 1),
        ] {
            let mut plain = SubOptions::new(data);
            plain.by_ref().for_each(drop);
            assert_eq!(plain.rest().len(), rest, "{data:?}");
        }
        let mut padded = SubOptions::padded(&[1, 0, 0, 255]);
        assert_eq!((padded.by_ref().count(), padded.rest().len()), (1, 0));
    }

    #[test]
    fn vendor_blocks_are_found_and_a_cut_off_one_ends_them() {
        let data = [
            0, 0, 0x11, 0x8b, 3, 1, 1, 32, 0, 0, 9, 0xbf, 0, 0, 0, 0, 1, 9, 0,
        ];
        let blocks: Vec<_> = VendorBlocks::new(&data).collect();
        assert_eq!(blocks, [(4491, &[1, 1, 32][..]), (2495, &[])]);
    }

    #[test]
    fn a_long_suboption_is_written_in_parts() {
        let mut out = Vec::new();
        write_option(7, &[1; 300], &mut out);
        write_option(8, &[], &mut out);
        let parts: Vec<_> = SubOptions::new(&out)
            .map(|(code, data)| (code, data.len()))
            .collect();
        assert_eq!(parts, [(7, 255), (7, 45), (8, 0)]);
    }
}
