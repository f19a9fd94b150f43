//! stub

/// Stub.
#[derive(Clone, Debug)]
pub struct Body;
