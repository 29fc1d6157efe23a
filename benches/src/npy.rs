//! `vectors.npy`: a matrix of `f32`, little endian, row by row
//! (numpy.lib.format, <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).

use std::io::{self, Read, Write};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// What comes before the data is filled up to a multiple of this.
const ALIGNMENT: usize = 64;

/// Writes rows of so many columns, as version 1.0.
///
/// # Errors
/// Those of the writer.
pub fn write(mut to: impl Write, columns: usize, values: &[f32]) -> io::Result<()> {
    let rows = values.len() / columns.max(1);
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let taken = MAGIC.len() + 4 + header.len() + 1;
    header.push_str(&" ".repeat(taken.next_multiple_of(ALIGNMENT) - taken));
    header.push('\n');
    let length = u16::try_from(header.len()).map_err(io::Error::other)?;
    to.write_all(MAGIC)?;
    to.write_all(&[1, 0])?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(header.as_bytes())?;
    for value in values {
        to.write_all(&value.to_le_bytes())?;
    }
    to.flush()
}

/// Reads a matrix: the number of its columns, and its values row by row.
///
/// # Errors
/// Those of the reader, and `InvalidData` for anything but a matrix of `<f4` in C order.
pub fn read(mut from: impl Read) -> io::Result<(usize, Vec<f32>)> {
    let mut start = [0; 8];
    from.read_exact(&mut start)?;
    let [.., major, _] = start;
    if !start.starts_with(MAGIC) {
        return Err(invalid("not an .npy file"));
    }
    // Version 1 has two bytes of length, the later ones four.
    let mut length = [0; 4];
    from.read_exact(&mut length[..if major == 1 { 2 } else { 4 }])?;
    let mut header = Vec::new();
    from.by_ref().take(u64::from(u32::from_le_bytes(length))).read_to_end(&mut header)?;
    let header = String::from_utf8_lossy(&header).replace(' ', "");
    if !header.contains("'descr':'<f4'") || !header.contains("'fortran_order':False") {
        return Err(invalid("only <f4 in C order is read"));
    }
    let shape = header.split_once("'shape':(").and_then(|(_, rest)| rest.split_once(')'));
    let shape = shape.and_then(|(shape, _)| shape.split_once(','));
    let Some((Ok(rows), Ok(columns))) =
        shape.map(|(r, c)| (r.parse::<usize>(), c.parse::<usize>()))
    else {
        return Err(invalid("not a matrix"));
    };
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    if Some(bytes.len()) != rows.checked_mul(columns).and_then(|n| n.checked_mul(4)) {
        return Err(invalid("the data are not as long as the shape says"));
    }
    let (quads, _) = bytes.as_chunks::<4>();
    Ok((columns, quads.iter().copied().map(f32::from_le_bytes).collect()))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_comes_back_and_its_data_are_aligned() {
        let values = [1.5f32, -2.0, 0.25, f32::MIN_POSITIVE, 0.0, 7.0];
        let mut bytes = Vec::new();
        write(&mut bytes, 3, &values).unwrap();
        assert_eq!((bytes.len() - 4 * values.len()) % ALIGNMENT, 0);
        assert_eq!(read(bytes.as_slice()).unwrap(), (3, values.to_vec()));
        assert!(read(&bytes[..bytes.len() - 1]).is_err());
        assert!(read(&b"PK"[..]).is_err());
    }
}
