//! Headers of weight files: what the tensors are called and how large they are. The
//! weights themselves are never read.

pub mod gguf;
pub mod safetensors;

use thiserror::Error;

use crate::tree::{ReadError, Tree};

/// Why a header could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// The file itself.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file ends before its header does.
    #[error("the file ends within its header, after {0} bytes")]
    Truncated(u64),
    /// More header than a sound file has, or than is read.
    #[error("its header claims {0} bytes, more than the {1} that are read")]
    TooLarge(u64, u64),
    /// Not what the format says.
    #[error("{0}")]
    Malformed(String),
}

/// A tensor as a header lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name: `base_model.model.layers.0.self_attn.q_proj.lora_A.weight`.
    pub name: String,
    /// The type of its elements, as the format spells it: `BF16`.
    pub dtype: String,
    /// Its dimensions, in the order of the file.
    pub shape: Vec<u64>,
}

/// The first `wanted` bytes of a file, all of them or an error.
fn exactly(tree: &dyn Tree, path: &str, wanted: u64, limit: u64) -> Result<Vec<u8>, HeaderError> {
    let length = usize::try_from(wanted).ok().filter(|_| wanted <= limit);
    let bytes = tree.head(path, length.ok_or(HeaderError::TooLarge(wanted, limit))?)?;
    if (bytes.len() as u64) < wanted { Err(HeaderError::Truncated(bytes.len() as u64)) } else { Ok(bytes) }
}
