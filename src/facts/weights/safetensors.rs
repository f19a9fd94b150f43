//! The header of a safetensors file: eight bytes of length, then JSON that names every
//! tensor (<https://huggingface.co/docs/safetensors/index#format>). What makes a file
//! invalid is what the reference implementation rejects.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{HeaderError, Tensor, exactly};
use crate::tree::Tree;

/// The length of the length.
const PREFIX: u64 = 8;

/// The largest header that the format allows, in bytes.
const LARGEST: u64 = 100_000_000;

/// The largest header that is read, in bytes: the largest published models need two
/// megabytes.
const READ: u64 = 16 * 1024 * 1024;

/// What a safetensors file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Free text by key, as `__metadata__`.
    pub metadata: BTreeMap<String, String>,
    /// Its tensors, in the order of their bytes.
    pub tensors: Vec<Tensor>,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "__metadata__", default)]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(flatten)]
    tensors: BTreeMap<String, RawTensor>,
}

#[derive(Deserialize)]
struct RawTensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// Reads the header of the file at `path` and no byte more.
pub fn read(tree: &dyn Tree, path: &str) -> Result<Header, HeaderError> {
    let size = tree.stat(path)?.size;
    let prefix = exactly(tree, path, PREFIX, PREFIX)?;
    let length = prefix.try_into().map_or(u64::MAX, u64::from_le_bytes);
    if length > LARGEST {
        return Err(HeaderError::TooLarge(length, LARGEST));
    }
    let bytes = exactly(tree, path, PREFIX + length, PREFIX + READ)?;
    parse(bytes.get(8..).unwrap_or_default(), size - (PREFIX + length))
}

/// Reads a header; `data` is how many bytes follow it.
fn parse(header: &[u8], data: u64) -> Result<Header, HeaderError> {
    let malformed = |why: String| HeaderError::Malformed(why);
    let raw: Raw =
        serde_json::from_slice(header).map_err(|error| malformed(format!("its header is no JSON: {error}")))?;
    let mut tensors: Vec<(String, RawTensor)> = raw.tensors.into_iter().collect();
    tensors.sort_by_key(|(_, tensor)| tensor.data_offsets);
    let mut end = 0;
    for (name, tensor) in &tensors {
        let (from, to) = tensor.data_offsets;
        let name = crate::text::quote(name);
        if from != end || to < from {
            return Err(malformed(format!("the bytes of tensor `{name}` do not follow those of the one before it")));
        }
        if bytes_of(tensor) != Some(to - from) {
            return Err(malformed(format!("tensor `{name}` has not the bytes that its type and shape take")));
        }
        end = to;
    }
    if end != data {
        return Err(malformed(format!("its tensors take {end} bytes, and the file has {data} after the header")));
    }
    let tensor = |(name, raw): (String, RawTensor)| Tensor { name, dtype: raw.dtype, shape: raw.shape };
    Ok(Header { metadata: raw.metadata.unwrap_or_default(), tensors: tensors.into_iter().map(tensor).collect() })
}

/// How many bytes a tensor takes; `None` where its type is unknown, the number too
/// large, or not a whole one.
fn bytes_of(tensor: &RawTensor) -> Option<u64> {
    let elements = tensor.shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size))?;
    let bits = elements.checked_mul(bits(&tensor.dtype)?)?;
    bits.is_multiple_of(8).then_some(bits / 8)
}

/// The bits of one element.
fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "I64" | "U64" | "F64" | "C64" => 64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use safetensors::tensor::{Dtype, TensorView};

    use super::*;
    use crate::tree::MemoryTree;

    fn read_bytes(bytes: &[u8]) -> Result<Header, HeaderError> {
        let mut tree = MemoryTree::default();
        tree.put("m.safetensors", bytes);
        read(&tree, "m.safetensors")
    }

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    #[test]
    fn what_is_wrong_with_a_header_is_said() {
        let one = |offsets: &str| format!(r#"{{"t":{{"dtype":"F32","shape":[2,3],"data_offsets":{offsets}}}}}"#);
        for (bytes, said) in [
            (vec![1, 2, 3], "the file ends within its header, after 3 bytes"),
            (u64::MAX.to_le_bytes().to_vec(), "its header claims 18446744073709551615 bytes"),
            (20_000_000_u64.to_le_bytes().to_vec(), "more than the 16777224 that are read"),
            (9_u64.to_le_bytes().to_vec(), "the file ends within its header, after 8 bytes"),
            (file("nonsense", 0), "its header is no JSON"),
            (file(&one("[0,20]"), 20), "tensor `t` has not the bytes"),
            (file(&one("[4,28]"), 28), "do not follow"),
            (file(&one("[0,24]"), 23), "take 24 bytes, and the file has 23"),
            (file(&one("[0,24]").replace("F32", "F33"), 24), "tensor `t` has not the bytes"),
            (file(&one("[0,24]").replace("[2,3]", "[99999999999,99999999999]"), 24), "tensor `t` has not the bytes"),
        ] {
            let error = read_bytes(&bytes).unwrap_err().to_string();
            assert!(error.contains(said), "{error} / {said}");
        }
        let header = read_bytes(&file(&one("[0,24]"), 24)).unwrap();
        assert_eq!((header.tensors[0].name.as_str(), header.tensors[0].shape.as_slice()), ("t", &[2, 3][..]));
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_reference_implementation(
            shapes in proptest::collection::btree_map("[a-z.]{1,12}", proptest::collection::vec(0_usize..5, 0..4), 0..6),
            note in proptest::option::of("[ -~]{0,20}"),
        ) {
            let data = vec![0_u8; 4 * 5 * 5 * 5];
            let views: Vec<(&String, TensorView<'_>)> = shapes
                .iter()
                .map(|(name, shape)| {
                    let bytes = 4 * shape.iter().product::<usize>();
                    (name, TensorView::new(Dtype::F32, shape.clone(), &data[..bytes]).unwrap())
                })
                .collect();
            let metadata = note.map(|note| [("note".to_owned(), note)].into());
            let bytes = safetensors::serialize(views, metadata.clone()).unwrap();
            let header = read_bytes(&bytes).unwrap();
            let found: BTreeMap<String, Vec<usize>> = header
                .tensors
                .iter()
                .map(|tensor| (tensor.name.clone(), tensor.shape.iter().map(|size| usize::try_from(*size).unwrap()).collect()))
                .collect();
            prop_assert_eq!(found, shapes);
            prop_assert_eq!(header.metadata.len(), metadata.map_or(0, |map: std::collections::HashMap<String, String>| map.len()));
        }

        #[test]
        fn what_it_takes_the_reference_implementation_takes(
            header in "(\\{\"t\":\\{\"dtype\":\"(F32|U8|F4|X)\",\"shape\":\\[[0-9]{0,2}\\],\"data_offsets\":\\[[0-9],[0-9]{1,2}\\]\\}\\})|.{0,40}",
            data in 0_usize..40,
        ) {
            let bytes = file(&header, data);
            let upstream = safetensors::SafeTensors::deserialize(&bytes).is_ok();
            prop_assert_eq!(read_bytes(&bytes).is_ok(), upstream, "{}", header);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_bytes(&bytes);
        }
    }
}
