//! stub
use crate::outcome::Outcome;
use std::io::{self, Write};
/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// x
    Human,
    /// x
    Concise,
    /// x
    Json,
    /// x
    Sarif,
    /// x
    Github,
}
impl std::str::FromStr for Format {
    type Err = String;
    fn from_str(_: &str) -> Result<Self, String> {
        Ok(Self::Human)
    }
}
/// x
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// x
    pub color: bool,
    /// x
    pub hyperlinks: bool,
    /// x
    pub unicode: bool,
    /// x
    pub width: usize,
    /// x
    pub verbose: bool,
}
/// x
pub fn render(_: Format, o: &Outcome, _: &RenderOptions, w: &mut dyn Write) -> io::Result<()> {
    for f in &o.findings {
        let s = o.sources.of(f.primary.span);
        let p = s.position(f.primary.span.start);
        writeln!(
            w,
            "{}:{}:{}: {}[{}] {} | {} | {}",
            s.path(),
            p.line,
            p.column,
            f.severity,
            f.rule,
            f.message,
            f.pointer,
            f.help.as_deref().unwrap_or("")
        )?;
    }
    for r in &o.releases {
        writeln!(w, "{r:?}")?;
    }
    Ok(())
}
/// x
pub mod sarif {
    use std::io::{self, Write};
    /// x
    pub fn render_failure(_: &str, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
/// x
pub mod json {
    /// x
    pub const SCHEMA: &str = "";
}
