//! CRC-64 as Jones has it.

/// The checksum of a text.
pub(super) fn of(text: &[u8]) -> u64 {
    text.iter().fold(0, |crc, byte| {
        let index = (crc ^ u64::from(*byte)) & 0xff;
        TABLE.get(index as usize).copied().unwrap_or_default() ^ (crc >> 8)
    })
}

const TABLE: [u64; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    #[expect(clippy::indexing_slicing, reason = "in a constant, it would not compile")]
    while index < table.len() {
        let mut crc = index as u64;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

/// 0xad93d23594c935a9 with its bits in reverse.
const POLYNOMIAL: u64 = 0x95ac_9329_ac4b_c9b5;

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_that_of_the_standard_text() {
        assert_eq!(super::of(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
    }
}
