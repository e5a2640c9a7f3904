//! Checked reading and writing of little-endian numbers, varints and bits, and the checksum of blocks.

use alloc::string::String;
use alloc::vec::Vec;

use crate::FormatError;

/// Reads values from the front of a slice; every read is checked.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    /// What is left.
    bytes: &'a [u8],
    /// Length of all, in bytes.
    len: usize,
    what: &'static str,
    error: FormatError,
}

/// That a value could not be read; the reader has noted why. So what every step passes on is one bit: with the error
/// itself the browser's modules are 0.6 kB larger each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// What one step of reading gives.
pub type Read<T> = Result<T, Damaged>;

impl<'a> Reader<'a> {
    /// What `read` makes of `bytes`; errors speak of `what`, such as `a term block`.
    ///
    /// # Errors
    /// Why `read` could not.
    pub fn read<T>(
        bytes: &'a [u8],
        what: &'static str,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Result<T, FormatError> {
        let mut reader = Self {
            bytes,
            len: bytes.len(),
            what,
            error: FormatError::Missing { what },
        };
        read(&mut reader).map_err(|Damaged| reader.error)
    }

    /// Notes an error.
    pub fn fail(&mut self, error: FormatError) -> Damaged {
        self.error = error;
        Damaged
    }

    /// What another decoder gave; its error is this reader's.
    pub fn noted<T>(&mut self, decoded: Result<T, FormatError>) -> Read<T> {
        decoded.map_err(|error| self.fail(error))
    }

    /// How many bytes were read.
    pub fn offset(&self) -> usize {
        self.len - self.bytes.len()
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.bytes.len()
    }

    /// All that is left, which stays there.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    pub fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        if len > self.bytes.len() {
            return Err(self.truncated(len));
        }
        let (taken, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        Ok(taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// `Truncated` at the end.
    pub fn u8(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    /// The next two bytes, little-endian.
    ///
    /// # Errors
    /// `Truncated` at the end.
    pub fn u16(&mut self) -> Read<u16> {
        let bytes = self.take(2)?;
        Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// The next four bytes, little-endian.
    ///
    /// # Errors
    /// `Truncated` at the end.
    pub fn u32(&mut self) -> Read<u32> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// The next eight bytes, little-endian.
    ///
    /// # Errors
    /// `Truncated` at the end.
    pub fn u64(&mut self) -> Read<u64> {
        let low = self.u32()?;
        Ok(u64::from(self.u32()?) << 32 | u64::from(low))
    }

    /// A varint: seven bits a byte, lowest first, the high bit set on all but the last; at most five bytes.
    ///
    /// # Errors
    /// `Truncated` at the end, `Invalid` above `u32::MAX` or when a shorter form exists.
    pub fn varint(&mut self) -> Read<u32> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_shortest = byte != 0 || shift == 0;
                return match u32::try_from(value) {
                    Ok(value) if is_shortest => Ok(value),
                    _ => Err(self.invalid()),
                };
            }
        }
        Err(self.invalid())
    }

    /// The next `N` varints.
    ///
    /// # Errors
    /// As [`Reader::varint`].
    pub fn varints<const N: usize>(&mut self) -> Read<[u32; N]> {
        let mut values = [0; N];
        for value in &mut values {
            *value = self.varint()?;
        }
        Ok(values)
    }

    /// A varint that counts things of at least `min_bytes` bytes each, which must still be there.
    ///
    /// # Errors
    /// As [`Reader::varint`], and `Truncated` when the bytes left cannot hold that many: so memory is asked for only
    /// when there is something to fill it with.
    pub fn count(&mut self, min_bytes: usize) -> Read<usize> {
        let count = self.varint()? as usize;
        let needed = count.saturating_mul(min_bytes);
        if needed > self.remaining() {
            return Err(self.truncated(needed));
        }
        Ok(count)
    }

    /// A string: its length in bytes (varint), then UTF-8.
    ///
    /// # Errors
    /// `Truncated` at the end, `Invalid` when it is not UTF-8.
    pub fn str(&mut self) -> Read<&'a str> {
        let len = self.count(1)?;
        core::str::from_utf8(self.take(len)?).map_err(|_| self.invalid())
    }

    /// The same as a string of its own.
    ///
    /// # Errors
    /// As [`Reader::str`].
    pub fn string(&mut self) -> Read<String> {
        self.str().map(String::from)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `TrailingBytes` when something is left.
    pub fn finish(&mut self) -> Read<()> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(self.fail(FormatError::TrailingBytes {
                what: self.what,
                offset: self.offset() as u32,
            }))
        }
    }

    /// `number`, which was just read and is at most `limit`.
    ///
    /// # Errors
    /// `Limit` when it is not.
    pub fn up_to(&mut self, limit: u32, number: u32) -> Read<u32> {
        if number <= limit {
            return Ok(number);
        }
        Err(self.fail(FormatError::Limit {
            what: self.what,
            offset: self.offset() as u32,
            got: number,
            limit,
        }))
    }

    /// The error for a value that was just read.
    pub fn invalid(&mut self) -> Damaged {
        self.fail(FormatError::Invalid {
            what: self.what,
            offset: self.offset() as u32,
        })
    }

    fn truncated(&mut self, expected: usize) -> Damaged {
        self.fail(FormatError::Truncated {
            what: self.what,
            offset: self.offset() as u32,
            got: self.remaining() as u32,
            expected: expected as u32,
        })
    }
}

/// Writes what [`Reader`] reads.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes are written.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes one byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes two bytes, little-endian.
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    /// Writes four bytes, little-endian.
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    /// Writes eight bytes, little-endian.
    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Writes a varint of one to five bytes.
    pub fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }

    /// Writes a length (varint) and UTF-8; at most `u32::MAX` bytes.
    pub fn str(&mut self, text: &str) {
        debug_assert!(
            u32::try_from(text.len()).is_ok(),
            "strings of an index are short"
        );
        self.varint(text.len() as u32);
        self.bytes(text.as_bytes());
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// `bytes`, which shall be `N`.
///
/// # Errors
/// `Length` when they are not.
pub(crate) fn exactly<'a, const N: usize>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<&'a [u8; N], FormatError> {
    bytes.try_into().map_err(|_| length(what, bytes.len(), N))
}

/// Checks that `bytes` are as many as expected.
///
/// # Errors
/// `Length` when they are not.
pub(crate) fn has_length(
    what: &'static str,
    bytes: &[u8],
    expected: usize,
) -> Result<(), FormatError> {
    if bytes.len() == expected {
        return Ok(());
    }
    Err(length(what, bytes.len(), expected))
}

fn length(what: &'static str, got: usize, expected: usize) -> FormatError {
    FormatError::Length {
        what,
        got: got as u64,
        expected: expected as u64,
    }
}

/// Reads bits, lowest bit of the first byte first.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    bit_idx: usize,
    what: &'static str,
    error: FormatError,
}

impl<'a> BitReader<'a> {
    /// As [`Reader::read`].
    ///
    /// # Errors
    /// Why `read` could not.
    pub fn read<T>(
        bytes: &'a [u8],
        what: &'static str,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Result<T, FormatError> {
        let mut reader = Self {
            bytes,
            bit_idx: 0,
            what,
            error: FormatError::Missing { what },
        };
        read(&mut reader).map_err(|Damaged| reader.error)
    }

    /// How many bits are left.
    pub fn remaining_bits(&self) -> usize {
        self.bytes.len() * 8 - self.bit_idx
    }

    /// The next `n_bits` bits (at most 32), the first one lowest.
    ///
    /// # Errors
    /// `Truncated` when fewer are left, `Invalid` for more than 32.
    pub fn bits(&mut self, n_bits: u32) -> Read<u32> {
        if n_bits > 32 {
            return Err(self.invalid());
        }
        if n_bits as usize > self.remaining_bits() {
            return Err(self.truncated(n_bits));
        }
        let mut value = 0u64;
        let mut n_read = 0;
        while n_read < n_bits {
            let byte = u64::from(self.bytes[self.bit_idx / 8] >> (self.bit_idx % 8));
            let n_here = (8 - (self.bit_idx % 8) as u32).min(n_bits - n_read);
            value |= (byte & ((1 << n_here) - 1)) << n_read;
            n_read += n_here;
            self.bit_idx += n_here as usize;
        }
        Ok(value as u32)
    }

    /// Counts zero bits up to the next one bit and takes that too; at most `max` zeros.
    ///
    /// # Errors
    /// `Truncated` at the end, `Invalid` above `max`.
    pub fn unary(&mut self, max: u32) -> Read<u32> {
        let mut n_zeros = 0;
        loop {
            let Some(byte) = self.bytes.get(self.bit_idx / 8) else {
                return Err(self.truncated(1));
            };
            let n_left = 8 - (self.bit_idx % 8) as u32;
            let n_here = (byte >> (self.bit_idx % 8)).trailing_zeros().min(n_left);
            n_zeros += n_here;
            if n_zeros > max {
                return Err(self.invalid());
            }
            self.bit_idx += n_here as usize;
            if n_here < n_left {
                self.bit_idx += 1;
                return Ok(n_zeros);
            }
        }
    }
}

impl BitReader<'_> {
    /// The error for a value that was just read.
    pub fn invalid(&mut self) -> Damaged {
        self.error = FormatError::Invalid {
            what: self.what,
            offset: (self.bit_idx / 8) as u32,
        };
        Damaged
    }

    /// The error for bytes that cannot hold so many further bits.
    pub fn truncated(&mut self, n_bits: u32) -> Damaged {
        let offset = self.bit_idx / 8;
        self.error = FormatError::Truncated {
            what: self.what,
            offset: offset as u32,
            got: (self.bytes.len() - offset) as u32,
            expected: n_bits.div_ceil(8),
        };
        Damaged
    }
}

/// Writes what [`BitReader`] reads.
#[derive(Clone, Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    n_bits: usize,
}

impl BitWriter {
    /// Starts empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes the lowest `n_bits` bits of `value` (at most 32).
    pub fn bits(&mut self, value: u32, n_bits: u32) {
        debug_assert!(
            n_bits <= 32 && (n_bits == 32 || value >> n_bits == 0),
            "the value fits its bits"
        );
        for bit_idx in 0..n_bits {
            if self.n_bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (value >> bit_idx & 1) as u8;
            self.bytes[self.n_bits / 8] |= bit << (self.n_bits % 8);
            self.n_bits += 1;
        }
    }

    /// Writes `n_zeros` zero bits and a one bit.
    pub fn unary(&mut self, n_zeros: u32) {
        for _ in 0..n_zeros {
            self.bits(0, 1);
        }
        self.bits(1, 1);
    }

    /// What was written, the last byte filled with zero bits.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// `number` in decimal digits. The formatting of `core` would bring 3 KB into the browser's module.
pub fn push_decimal(text: &mut String, number: u64) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    text.push((b'0' + (number % 10) as u8) as char);
}

/// The lowest `n_digits` hexadecimal digits of `number`, the highest first.
pub fn push_hex(text: &mut String, number: u32, n_digits: u32) {
    for digit_idx in (0..n_digits).rev() {
        let digit = number >> (4 * digit_idx) & 15;
        text.extend(char::from_digit(digit, 16));
    }
}

/// CRC-32 (IEEE 802.3, reflected, as in zip and gzip) of `bytes`, by half-bytes: 64 bytes of table in the wasm file.
pub fn crc32(bytes: &[u8]) -> u32 {
    !crc32_over(!0, bytes)
}

/// The state of a checksum, which begins with all bits set and is negated at the end, after some more bytes.
pub(crate) fn crc32_over(mut crc: u32, bytes: &[u8]) -> u32 {
    for &byte in bytes {
        crc ^= u32::from(byte);
        crc = CRC_TABLE[(crc & 15) as usize] ^ (crc >> 4);
        crc = CRC_TABLE[(crc & 15) as usize] ^ (crc >> 4);
    }
    crc
}

const CRC_TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut idx = 0;
    while idx < 16 {
        let mut crc = idx as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[idx] = crc;
        idx += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn crc32_matches_its_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn a_varint_with_a_needless_byte_is_invalid() {
        let invalid = |offset| Err(FormatError::Invalid { what: "x", offset });
        let varint = |bytes: &[u8]| Reader::read(bytes, "x", Reader::varint);
        assert_eq!(varint(&[0x80, 0]), invalid(2));
        assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x1f]), invalid(5));
        assert_eq!(
            varint(&[0x80]),
            Err(FormatError::Truncated {
                what: "x",
                offset: 1,
                got: 0,
                expected: 1,
            })
        );
    }

    #[test]
    fn a_count_larger_than_the_bytes_left_is_refused_before_memory_is_asked_for() {
        let mut writer = Writer::new();
        writer.varint(1_000_000);
        writer.bytes(b"abc");
        assert_eq!(
            Reader::read(&writer.into_bytes(), "x", |reader| reader.count(2)),
            Err(FormatError::Truncated {
                what: "x",
                offset: 3,
                got: 3,
                expected: 2_000_000,
            })
        );
    }

    proptest! {
        #[test]
        fn varints_come_back(values in proptest::collection::vec(any::<u32>(), 0..50)) {
            let mut writer = Writer::new();
            values.iter().for_each(|&value| writer.varint(value));
            let bytes = writer.into_bytes();
            let read = Reader::read(&bytes, "x", |reader| {
                let read: Read<Vec<u32>> = values.iter().map(|_| reader.varint()).collect();
                reader.finish()?;
                read
            });
            prop_assert_eq!(read, Ok(values));
        }

        #[test]
        fn unary_numbers_come_back(values in proptest::collection::vec(0u32..40, 0..50)) {
            let mut writer = BitWriter::new();
            values.iter().for_each(|&value| writer.unary(value));
            let bytes = writer.into_bytes();
            let read = BitReader::read(&bytes, "x", |reader| {
                for &value in &values {
                    if value > 0 {
                        assert!(reader.clone().unary(value - 1).is_err());
                    }
                    assert_eq!(reader.unary(value), Ok(value));
                }
                reader.unary(40)
            });
            prop_assert!(read.is_err(), "filled with zero bits");
        }

        #[test]
        fn bits_come_back(values in proptest::collection::vec((any::<u32>(), 0u32..=32), 0..50)) {
            let mut writer = BitWriter::new();
            let cut = |value: u32, n_bits: u32| if n_bits == 32 { value } else { value & ((1 << n_bits) - 1) };
            values.iter().for_each(|&(value, n_bits)| writer.bits(cut(value, n_bits), n_bits));
            let bytes = writer.into_bytes();
            let read = BitReader::read(&bytes, "x", |reader| {
                values.iter().map(|&(_, n_bits)| reader.bits(n_bits)).collect::<Read<Vec<u32>>>()
            });
            prop_assert_eq!(read, Ok(values.into_iter().map(|(value, n_bits)| cut(value, n_bits)).collect()));
        }
    }
}
