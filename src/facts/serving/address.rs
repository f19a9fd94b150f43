//! What an address of weights says: whose they are, and whether it means the same weights
//! tomorrow.

use crate::facts::artifacts::ends_as_weights;
use crate::serving::Origin;

/// What kind of place weights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// A registry of images: a tag or a digest names them.
    Registry,
    /// The Hub: a revision names them.
    Hub,
    /// A bucket, a volume, a server: a path names them.
    Store,
    /// A path in the container or in the repository.
    Path,
    /// Whatever a variable says.
    Variable,
}

/// An address, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub home: Home,
    /// Without scheme, tag, revision and digest.
    pub path: &'a str,
    /// The digest that it names.
    pub digest: Option<&'a str>,
    /// The tag or revision that it names, or that is written beside it.
    pub revision: Option<&'a str>,
}

/// Schemes of addresses in a registry of images.
const REGISTRIES: [&str; 4] = ["oci", "docker", "kit", "modelpack"];

impl<'a> Address<'a> {
    /// Takes apart where weights come from.
    pub(super) fn of(origin: &'a Origin) -> Self {
        let written = origin.written.text.trim();
        let beside = origin.revision.as_ref().map(|revision| revision.text.as_str());
        let plain =
            |home, path: &'a str| Self { home, path: path.trim_end_matches('/'), digest: None, revision: beside };
        if origin.written.has_variable() {
            return plain(Home::Variable, written);
        }
        match written.split_once("://") {
            Some((scheme, rest)) if REGISTRIES.contains(&scheme) => Self::named(Home::Registry, rest, beside),
            Some(("hf" | "huggingface", rest)) => Self::named(Home::Hub, rest, beside),
            Some(("file", rest)) => plain(Home::Path, rest),
            Some((_, rest)) => plain(Home::Store, rest),
            None if written.starts_with(['/', '.', '~']) || ends_as_weights(written) => plain(Home::Path, written),
            None => match written.strip_prefix("models:/") {
                Some(registered) => plain(Home::Store, registered),
                None if origin.image => Self::named(Home::Registry, written, beside),
                None => Self::named(Home::Hub, written, beside),
            },
        }
    }

    /// `host/name:tag@sha256:…`, `owner/name:revision`, `owner/name@revision`.
    fn named(home: Home, written: &'a str, beside: Option<&'a str>) -> Self {
        let (rest, behind) = written.split_once('@').map_or((written, None), |(rest, behind)| (rest, Some(behind)));
        let name = rest.rfind('/').map_or(0, |slash| slash + 1);
        let colon = rest.get(name..).and_then(|last| last.find(':')).map(|at| name + at);
        let (path, tag) = match colon {
            Some(at) => (rest.get(..at).unwrap_or(rest), rest.get(at + 1..)),
            None => (rest, None),
        };
        let digest = behind.filter(|behind| behind.contains(':'));
        let revision = beside.or(behind.filter(|_| digest.is_none())).or(tag);
        Self { home, path: path.trim_end_matches('/'), digest, revision }
    }

    /// The parts of the path, the last one first.
    fn parts(&self) -> impl Iterator<Item = &'a str> {
        self.path.rsplit('/').filter(|part| !part.is_empty() && *part != ".")
    }

    /// The last part of the path, without the ending of a file with weights.
    pub(super) fn last(&self) -> &'a str {
        let last = self.parts().next().unwrap_or_default();
        last.rsplit_once('.').filter(|_| ends_as_weights(last)).map_or(last, |(name, _)| name)
    }

    /// The names of versions that it may say: `name`, `name-tag`, `folder-name`.
    pub(super) fn versions(&self) -> Vec<String> {
        let last = self.last();
        let mut names = vec![last.to_owned()];
        let mut with = |model: &str, version: &str| {
            names.push(format!("{model}-{version}"));
            names.extend(version.strip_prefix('v').map(|version| format!("{model}-{version}")));
        };
        if let Some(revision) = self.revision {
            with(last, revision);
        }
        if let Some(above) = self.parts().nth(1) {
            with(above, last);
        }
        names
    }

    /// The models that it may say: its last part, the folder above, the whole path.
    pub(super) fn models(&self) -> impl Iterator<Item = &'a str> {
        let above = self.parts().nth(1).filter(|_| matches!(self.home, Home::Store | Home::Path));
        [Some(self.last()), above, Some(self.path)].into_iter().flatten()
    }

    /// Whether another one can be put in its place under the same address, and is not
    /// told by its path alone.
    pub(super) fn is_named(&self) -> bool {
        matches!(self.home, Home::Registry | Home::Hub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::Word;
    use crate::source::{SourceId, Span};

    fn origin(text: &str, image: bool) -> Origin {
        let span = Span::new(SourceId(0), 0, text.len());
        Origin { written: Word { text: text.to_owned(), span }, revision: None, image }
    }

    #[test]
    fn addresses_are_taken_apart() {
        for (text, image, home, path, digest, revision) in [
            (
                "oci://r.example:5000/m/a@sha256:ab",
                false,
                Home::Registry,
                "r.example:5000/m/a",
                Some("sha256:ab"),
                None,
            ),
            (
                "oci://r.example:5000/m/a:1.4@sha256:ab",
                false,
                Home::Registry,
                "r.example:5000/m/a",
                Some("sha256:ab"),
                Some("1.4"),
            ),
            ("kit://jozu.ml/x/y:latest", false, Home::Registry, "jozu.ml/x/y", None, Some("latest")),
            ("hf://org/model:abc", false, Home::Hub, "org/model", None, Some("abc")),
            ("org/model@abc", false, Home::Hub, "org/model", None, Some("abc")),
            ("ai/smollm2", true, Home::Registry, "ai/smollm2", None, None),
            ("llama3.2:3b", true, Home::Registry, "llama3.2", None, Some("3b")),
            ("./m.gguf", true, Home::Path, "./m.gguf", None, None),
            ("m.gguf", true, Home::Path, "m.gguf", None, None),
            ("m.onnx", true, Home::Path, "m.onnx", None, None),
            ("scheduler/M.PTH", false, Home::Path, "scheduler/M.PTH", None, None),
            ("/mnt/models/", false, Home::Path, "/mnt/models", None, None),
            ("s3://bucket/claims/1.4.0", false, Home::Store, "bucket/claims/1.4.0", None, None),
            ("models:/claims/3", false, Home::Store, "claims/3", None, None),
            ("${MODEL}", false, Home::Variable, "${MODEL}", None, None),
        ] {
            let origin = origin(text, image);
            assert_eq!(Address::of(&origin), Address { home, path, digest, revision }, "{text}");
        }
    }

    #[test]
    fn names_of_versions_and_models() {
        let origin = origin("s3://bucket/claims/v1.4.0/", false);
        let address = Address::of(&origin);
        assert_eq!(address.versions(), ["v1.4.0", "claims-v1.4.0", "claims-1.4.0"]);
        assert_eq!(address.models().collect::<Vec<_>>(), ["v1.4.0", "claims", "bucket/claims/v1.4.0"]);
        let file = self::origin("weights/claims.onnx", false);
        assert_eq!(Address::of(&file).last(), "claims");
    }
}
