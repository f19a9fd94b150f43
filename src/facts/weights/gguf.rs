//! The header of a GGUF file, versions 2 and 3: key-value metadata and the list of
//! tensors (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>). Arrays, which
//! are mostly the vocabulary, are passed over.

use std::collections::BTreeMap;

use super::{HeaderError, Tensor};
use crate::tree::Tree;

/// The most bytes of a header that are read: vocabularies take about ten megabytes.
const READ: usize = 32 * 1024 * 1024;

/// How much is read first; headers without a vocabulary end within it.
const FIRST: usize = 256 * 1024;

/// The most keys, tensors or items of an array that are believed.
const MANY: u64 = 4_000_000;

/// The most dimensions of a tensor.
const DIMENSIONS: u32 = 8;

/// What a GGUF file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// Texts, numbers and truth values by key, as text: `general.license`.
    pub metadata: BTreeMap<String, String>,
    /// Its tensors.
    pub tensors: Vec<Tensor>,
}

/// Reads the header of the file at `path`.
pub fn read(tree: &dyn Tree, path: &str) -> Result<Header, HeaderError> {
    let mut budget = FIRST;
    loop {
        let bytes = tree.head(path, budget)?;
        let whole = bytes.len() < budget;
        match (Cursor { bytes: &bytes, at: 0 }).header() {
            Err(HeaderError::Truncated(_)) if !whole && budget < READ => budget = (budget * 8).min(READ),
            Err(HeaderError::Truncated(_)) if !whole => {
                return Err(HeaderError::TooLarge(budget as u64 + 1, READ as u64));
            }
            result => return result,
        }
    }
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn header(mut self) -> Result<Header, HeaderError> {
        if self.take(4)? != b"GGUF" {
            return Err(malformed("it does not begin with `GGUF`"));
        }
        let version = self.u32()?;
        if !matches!(version, 2 | 3) {
            return Err(malformed(&format!("version {version} of GGUF is not one that is known")));
        }
        let tensors = self.many("tensors")?;
        let keys = self.many("keys")?;
        let mut metadata = BTreeMap::new();
        for _ in 0..keys {
            let key = self.text()?.into_owned();
            let kind = self.u32()?;
            if let Some(value) = self.value(kind, 0)? {
                metadata.insert(key, value);
            }
        }
        let mut all = Vec::new();
        for _ in 0..tensors {
            all.push(self.tensor()?);
        }
        Ok(Header { version, metadata, tensors: all })
    }

    fn tensor(&mut self) -> Result<Tensor, HeaderError> {
        let name = self.text()?.into_owned();
        let dimensions = self.u32()?;
        if dimensions > DIMENSIONS {
            return Err(malformed(&format!("a tensor has {dimensions} dimensions")));
        }
        let shape = (0..dimensions).map(|_| self.u64()).collect::<Result<_, _>>()?;
        let dtype = self.u32()?.to_string();
        self.u64()?;
        Ok(Tensor { name, dtype, shape })
    }

    /// A value as text; `None` for an array, which is passed over.
    fn value(&mut self, kind: u32, depth: u8) -> Result<Option<String>, HeaderError> {
        let shown = match kind {
            0 => self.array::<1>()?[0].to_string(),
            1 => i8::from_le_bytes(self.array()?).to_string(),
            2 => u16::from_le_bytes(self.array()?).to_string(),
            3 => i16::from_le_bytes(self.array()?).to_string(),
            4 => self.u32()?.to_string(),
            5 => i32::from_le_bytes(self.array()?).to_string(),
            6 => f32::from_le_bytes(self.array()?).to_string(),
            7 => (self.array::<1>()?[0] != 0).to_string(),
            8 => self.text()?.into_owned(),
            9 if depth < 2 => {
                let item = self.u32()?;
                for _ in 0..self.many("items of an array")? {
                    self.value(item, depth + 1)?;
                }
                return Ok(None);
            }
            10 => self.u64()?.to_string(),
            11 => i64::from_le_bytes(self.array()?).to_string(),
            12 => f64::from_le_bytes(self.array()?).to_string(),
            _ => return Err(malformed(&format!("a value is of the unknown type {kind}"))),
        };
        Ok(Some(shown))
    }

    fn many(&mut self, what: &str) -> Result<u64, HeaderError> {
        let count = self.u64()?;
        if count > MANY { Err(malformed(&format!("it claims {count} {what}"))) } else { Ok(count) }
    }

    fn text(&mut self) -> Result<std::borrow::Cow<'b, str>, HeaderError> {
        let length = self.u64()?;
        let length = usize::try_from(length).ok().filter(|length| *length <= READ);
        let bytes = self.take(length.ok_or_else(|| malformed("a text is longer than the header may be"))?)?;
        Ok(String::from_utf8_lossy(bytes))
    }

    fn u32(&mut self) -> Result<u32, HeaderError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, HeaderError> {
        self.array().map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], HeaderError> {
        let read = self.bytes.len() as u64;
        self.take(N)?.try_into().map_err(|_| HeaderError::Truncated(read))
    }

    fn take(&mut self, count: usize) -> Result<&'b [u8], HeaderError> {
        let end = self.at.saturating_add(count);
        let taken = self.bytes.get(self.at..end).ok_or(HeaderError::Truncated(self.bytes.len() as u64))?;
        self.at = end;
        Ok(taken)
    }
}

fn malformed(why: &str) -> HeaderError {
    HeaderError::Malformed(why.to_owned())
}

#[cfg(test)]
mod tests {
    use gguf_rs_lib::builder::GGUFBuilder;
    use gguf_rs_lib::format::MetadataValue;
    use proptest::prelude::*;

    use super::*;
    use crate::tree::MemoryTree;

    fn read_bytes(bytes: &[u8]) -> Result<Header, HeaderError> {
        let mut tree = MemoryTree::default();
        tree.put("m.gguf", bytes);
        read(&tree, "m.gguf")
    }

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    fn header(keys: &[(&str, u32, Vec<u8>)], tensors: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend((tensors.len() as u64).to_le_bytes());
        bytes.extend((keys.len() as u64).to_le_bytes());
        for (key, kind, value) in keys {
            bytes.extend(text(key));
            bytes.extend(kind.to_le_bytes());
            bytes.extend(value);
        }
        for tensor in tensors {
            bytes.extend(tensor);
        }
        bytes
    }

    fn tensor(name: &str) -> Vec<u8> {
        [text(name), 1_u32.to_le_bytes().into(), 64_u64.to_le_bytes().into(), 0_u32.to_le_bytes().into(), vec![0; 8]]
            .concat()
    }

    #[test]
    fn keys_and_tensors_are_read_and_a_vocabulary_passed_over() {
        let items: Vec<u8> = (0..200_000).flat_map(|at: u32| text(&format!("tok{at}"))).collect();
        let vocabulary = [8_u32.to_le_bytes().to_vec(), 200_000_u64.to_le_bytes().to_vec(), items].concat();
        let keys = [
            ("general.architecture", 8, text("llama")),
            ("tokenizer.ggml.tokens", 9, vocabulary),
            ("general.file_type", 4, 15_u32.to_le_bytes().to_vec()),
        ];
        let found = read_bytes(&header(&keys, &[tensor("token_embd.weight")])).unwrap();
        assert_eq!(found.metadata["general.architecture"], "llama");
        assert_eq!(found.metadata["general.file_type"], "15");
        assert_eq!((found.metadata.len(), found.version), (2, 3));
        assert_eq!(
            (found.tensors[0].name.as_str(), found.tensors[0].shape.as_slice()),
            ("token_embd.weight", &[64][..])
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let sound = header(&[], &[]);
        let with = |at: usize, byte: u8| {
            let mut bytes = sound.clone();
            bytes[at] = byte;
            bytes
        };
        for (bytes, said) in [
            (b"GG".to_vec(), "the file ends within its header, after 2 bytes"),
            (with(0, b'X'), "it does not begin with `GGUF`"),
            (with(4, 9), "version 9 of GGUF"),
            (with(15, 1), "it claims 72057594037927936 tensors"),
            (with(8, 1), "the file ends within its header"),
            (header(&[("k", 77, vec![])], &[]), "unknown type 77"),
            (header(&[("k", 8, u64::MAX.to_le_bytes().into())], &[]), "longer than the header may be"),
        ] {
            let error = read_bytes(&bytes).unwrap_err().to_string();
            assert!(error.contains(said), "{error} / {said}");
        }
    }

    /// What the upstream crate reads of the same bytes, in our words.
    fn upstream(bytes: &[u8]) -> Option<Header> {
        let reader = gguf_rs_lib::reader::GGUFFileReader::new(std::io::Cursor::new(bytes)).ok()?;
        let shown = |value: &MetadataValue| match value {
            MetadataValue::U32(number) => Some(number.to_string()),
            MetadataValue::U64(number) => Some(number.to_string()),
            MetadataValue::F32(number) => Some(number.to_string()),
            MetadataValue::Bool(truth) => Some(truth.to_string()),
            MetadataValue::String(text) => Some(text.clone()),
            _ => None,
        };
        let metadata = reader.metadata().iter().filter_map(|(key, value)| Some((key.clone(), shown(value)?)));
        let tensor = |info: &gguf_rs_lib::tensor::TensorInfo| Tensor {
            name: info.name().to_owned(),
            dtype: (info.tensor_type() as u32).to_string(),
            shape: info.shape().dims().to_vec(),
        };
        let tensors = reader.tensor_infos().iter().map(tensor).collect();
        Some(Header { version: reader.header().version, metadata: metadata.collect(), tensors })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn generated_files_are_read_as_upstream_reads_them(
            texts in proptest::collection::btree_map("[a-z]{1,8}[.]t[a-z0-9]{1,12}", ".{0,40}", 0..6),
            numbers in proptest::collection::btree_map("[a-z]{1,8}[.]n[a-z0-9]{1,12}", any::<(u32, u64, f32, bool)>(), 0..4),
            shapes in proptest::collection::btree_map("[a-z][a-z0-9_.]{0,20}", proptest::collection::vec(1_u64..6, 1..5), 1..6),
            cut in 0_usize..4096,
        ) {
            let mut builder = GGUFBuilder::simple("m", "made for a test");
            for (key, text) in &texts {
                builder = builder.add_metadata(key.as_str(), MetadataValue::String(text.clone()));
            }
            for (key, (small, large, real, truth)) in &numbers {
                builder = builder
                    .add_metadata(format!("{key}.a"), MetadataValue::U32(*small))
                    .add_metadata(format!("{key}.b"), MetadataValue::U64(*large))
                    .add_metadata(format!("{key}.c"), MetadataValue::F32(*real))
                    .add_metadata(format!("{key}.d"), MetadataValue::Bool(*truth));
            }
            for (name, shape) in &shapes {
                let count = usize::try_from(shape.iter().product::<u64>()).unwrap();
                builder = builder.add_f32_tensor(name.as_str(), shape.clone(), vec![0.5; count]).unwrap();
            }
            let (bytes, _) = builder.build_to_bytes().unwrap();
            let theirs = upstream(&bytes);
            prop_assert!(theirs.is_some());
            prop_assert_eq!(read_bytes(&bytes).ok(), theirs);
            // What ends before its header does is refused by both.
            let head = bytes.get(..cut.min(bytes.len())).unwrap_or_default();
            prop_assert!(read_bytes(head).is_ok() || upstream(head).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_bytes(&bytes);
            let _ = read_bytes(&[&b"GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"[..], &bytes].concat());
        }
    }
}
