//! NumPy's file of one array, as far as vectors need it: rows and columns of `f4` or `f8`, little-endian.
//!
//! A header is a Python dictionary as text; its form is that of NEP 1, "A Simple File Format for NumPy Arrays". The crates
//! for this format read it with a grammar compiler and take as many bytes of memory as the header says that it has.

use thiserror::Error;

/// Rows of numbers that are in the file: nothing here takes more memory than the file has.
#[derive(Debug)]
pub(super) struct Array<'a> {
    pub(super) n_rows: usize,
    dimensions: usize,
    value_len: usize,
    /// `n_rows · dimensions · value_len` bytes.
    data: &'a [u8],
}

/// Why a file is no such array.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum NpyError {
    #[error("not a NumPy file")]
    NotNumpy,
    #[error("values are `{got}`, expected `<f4` or `<f8`")]
    ValueType { got: String },
    #[error("the array is in Fortran order")]
    FortranOrder,
    #[error("the array has {n_axes} axes, expected 2: skills and dimensions")]
    Axes { n_axes: usize },
    #[error(
        "{n_rows} × {dimensions} values of {value_len} bytes expected, found {got_bytes} bytes"
    )]
    Length {
        n_rows: usize,
        dimensions: usize,
        value_len: usize,
        got_bytes: usize,
    },
}

impl<'a> Array<'a> {
    /// Reads the whole of a file, with 1 to `dimensions_max` columns.
    pub(super) fn parse(bytes: &'a [u8], dimensions_max: usize) -> Result<Self, NpyError> {
        let (header, data) = parts(bytes).ok_or(NpyError::NotNumpy)?;
        let value_len = match value_of(header, "descr") {
            Some("'<f4'") => 4,
            Some("'<f8'") => 8,
            other => {
                let got = other.unwrap_or("nothing").to_owned();
                return Err(NpyError::ValueType { got });
            }
        };
        if value_of(header, "fortran_order") != Some("False") {
            return Err(NpyError::FortranOrder);
        }
        let shape = value_of(header, "shape").unwrap_or_default().split(',');
        let shape: Vec<usize> = shape.filter_map(|n| n.trim().parse().ok()).collect();
        let &[n_rows, dimensions] = shape.as_slice() else {
            return Err(NpyError::Axes {
                n_axes: shape.len(),
            });
        };
        let n_values = n_rows.checked_mul(dimensions);
        let len = n_values.and_then(|n_values| n_values.checked_mul(value_len));
        if len != Some(data.len()) || !(1..=dimensions_max).contains(&dimensions) {
            let got_bytes = data.len();
            return Err(NpyError::Length {
                n_rows,
                dimensions,
                value_len,
                got_bytes,
            });
        }
        Ok(Self {
            n_rows,
            dimensions,
            value_len,
            data,
        })
    }

    /// The rows in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<f32>> {
        let rows = self.data.chunks_exact(self.dimensions * self.value_len);
        rows.map(|row| match self.value_len {
            4 => read(row, f32::from_le_bytes),
            _ => read(row, |x| f64::from_le_bytes(x) as f32),
        })
    }
}

fn read<const N: usize>(row: &[u8], value: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (values, _) = row.as_chunks();
    values.iter().map(|bytes| value(*bytes)).collect()
}

/// The header's text and the data after it.
fn parts(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (&[major, _minor], rest) = rest.split_first_chunk()?;
    let (header_len, rest) = if major == 1 {
        let (len, rest) = rest.split_first_chunk()?;
        (usize::from(u16::from_le_bytes(*len)), rest)
    } else {
        let (len, rest) = rest.split_first_chunk()?;
        (u32::from_le_bytes(*len) as usize, rest)
    };
    let (header, data) = rest.split_at_checked(header_len)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The value of `key` in the dictionary of a header; a tuple without its brackets.
fn value_of<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    let rest = rest.trim_start();
    match rest.strip_prefix('(') {
        Some(tuple) => tuple.split_once(')').map(|(tuple, _)| tuple),
        None => rest.split([',', '}']).next().map(str::trim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let len = header.len() as u32;
        let len = &len.to_le_bytes()[..if version == 1 { 2 } else { 4 }];
        [
            b"\x93NUMPY",
            &[version, 0][..],
            len,
            header.as_bytes(),
            data,
        ]
        .concat()
    }

    #[test]
    fn arrays_of_both_precisions_and_versions_are_read() {
        let f4 = [1.0f32, -2.0, 3.0, 4.5].map(f32::to_le_bytes).concat();
        let f8 = [1.0f64, -2.0, 3.0, 4.5].map(f64::to_le_bytes).concat();
        for (version, descr, data) in [(1, "<f4", &f4), (2, "<f8", &f8), (3, "<f4", &f4)] {
            let header =
                format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (2, 2), }}");
            let bytes = file(version, &header, data);
            let array = Array::parse(&bytes, 2).unwrap();
            assert_eq!(array.rows().collect::<Vec<_>>(), [[1.0, -2.0], [3.0, 4.5]]);
        }
    }

    #[test]
    fn a_header_that_promises_more_than_there_is_costs_nothing() {
        let longest = b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec();
        assert_eq!(Array::parse(&longest, 9).err(), Some(NpyError::NotNumpy));
        let header = format!(
            "{{'descr': '<f8', 'fortran_order': False, 'shape': ({0}, {0})}}",
            usize::MAX
        );
        let error = Array::parse(&file(1, &header, b""), usize::MAX).err();
        assert!(
            matches!(error, Some(NpyError::Length { got_bytes: 0, .. })),
            "{error:?}"
        );
    }
}
