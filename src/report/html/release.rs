//! A release as a strip of gates, and its papers as tables.

use std::fmt::Write as _;

use super::{Page, prose};
use crate::outcome::{Evidence, ReleaseSummary};
use crate::report::markup::shown;
use crate::report::rows::{self, Mark, Row};
use crate::report::standing::{self, Standing};
use crate::text;

/// Class, sign and words of a mark.
fn look(mark: Mark) -> (&'static str, &'static str, &'static str) {
    match mark {
        Mark::Good => ("good", "✓", "nothing is wrong"),
        Mark::Bad => ("bad", "✗", "errors"),
        Mark::Doubtful => ("doubt", "!", "warnings, or waived findings"),
        Mark::Later => ("later", "○", "not due yet, or open"),
        Mark::Unknown => ("unknown", "?", "not known"),
        Mark::Plain => ("plain", "–", "nothing is said"),
    }
}

/// The tint of a class, for signs and pills.
fn tint(class: &str) -> &'static str {
    match class {
        "good" => "good-tint",
        "bad" => "bad-tint",
        "doubt" => "doubt-tint",
        "unknown" => "note-tint",
        _ => "plain-tint",
    }
}

fn sign(mark: Mark) -> String {
    let (class, sign, words) = look(mark);
    format!("<span class=\"sign {}\" role=\"img\" aria-label=\"{words}\">{sign}</span>", tint(class))
}

impl Page<'_> {
    pub(super) fn add_releases(&self, out: &mut String) {
        if self.releases.is_empty() {
            return;
        }
        out.push_str(
            "<section aria-labelledby=\"releases\">\n<h2 id=\"releases\">Releases</h2>\n<ul class=\"legend\">\n",
        );
        for mark in [Mark::Good, Mark::Bad, Mark::Doubtful, Mark::Later, Mark::Unknown, Mark::Plain] {
            let _ = writeln!(out, "<li>{}{}</li>", sign(mark), look(mark).2);
        }
        out.push_str("</ul>\n");
        for (standing, release) in &self.releases {
            self.add_release(*standing, release, out);
        }
        let left = self.outcome.releases.len().saturating_sub(self.releases.len());
        if left > 0 {
            let left = text::count(left, "release");
            let _ = writeln!(out, "<p class=\"panel\">{left} that stand no worse are not shown on this page.</p>");
        }
        out.push_str("</section>\n");
    }

    fn add_release(&self, standing: Standing, release: &ReleaseSummary, out: &mut String) {
        let class = match standing {
            Standing::NotReady => "bad-tint",
            Standing::Doubtful => "doubt-tint",
            Standing::Unknown => "note-tint",
            Standing::Ready => "good-tint",
        };
        let _ = write!(
            out,
            "<article class=\"release\">\n<div class=\"title\"><h3>{}</h3><span class=\"pill {class}\">{}</span></div>\n\
             <div class=\"meta\"><span>manifest {}</span>",
            shown(&standing::name(release)),
            standing.words(),
            self.file(&release.path)
        );
        for (what, said) in [("owner", &release.owner), ("planned for", &release.target_date)] {
            if let Some(said) = said {
                let _ = write!(out, "<span>{what} <b>{}</b></span>", shown(said));
            }
        }
        out.push_str("</div>\n<h4>Approval path</h4>\n<ol class=\"strip\">\n");
        for row in self.by_path.areas(release) {
            self.add_gate(&row, release, out);
        }
        out.push_str("</ol>\n");
        for paper in papers(release) {
            self.add_table(&paper, out);
        }
        out.push_str("</article>\n");
    }

    fn add_gate(&self, row: &Row<'_>, release: &ReleaseSummary, out: &mut String) {
        let (class, ..) = look(row.mark);
        let state = prose(&row.state);
        let how = match self.first_of(release, row.name) {
            Some(n) => format!("<a href=\"#f{n}\">{state}</a>"),
            None if row.mark == Mark::Doubtful && !self.outcome.waived.is_empty() => {
                format!("<a href=\"#waived\">{state}</a>")
            }
            None => state,
        };
        let _ = write!(
            out,
            "<li class=\"gate {class}\"><b>{}{}</b><p class=\"how\">{how}</p>",
            sign(row.mark),
            shown(row.name)
        );
        if row.mark == Mark::Later || row.mark == Mark::Unknown {
            let _ = write!(out, "<p class=\"more\">due {}</p>", shown(&row.due));
        }
        if !row.who.is_empty() {
            let _ = write!(out, "<p class=\"more\">owner {}</p>", shown(&row.who));
        }
        if !row.evidence.is_empty() {
            let _ = write!(out, "<p class=\"more\">{}</p>", self.evidence(row.evidence));
        }
        out.push_str("</li>\n");
    }

    /// The number of the first finding of an area in the documents of a release.
    fn first_of(&self, release: &ReleaseSummary, area: &str) -> Option<usize> {
        release.files.iter().filter_map(|file| self.first.get(&(file.as_str(), area))).min().copied()
    }

    fn evidence(&self, all: &[Evidence]) -> String {
        let one = |evidence: &Evidence| {
            let name = format!("<code>{}</code>", shown(&evidence.name));
            self.linked(&name, evidence.path.as_deref().unwrap_or_default(), None)
        };
        all.iter().map(one).collect::<Vec<_>>().join("<br>")
    }

    fn add_table(&self, paper: &Paper<'_>, out: &mut String) {
        let Paper { title, what, nothing, columns, rows } = paper;
        if rows.is_empty() {
            return;
        }
        // What says nothing is there for who asks for it.
        let silent = rows.iter().all(|row| row.mark == Mark::Plain && row.evidence.is_empty());
        let (open, what) = if silent { ("", nothing) } else { (" open", what) };
        let evidence = rows.iter().any(|row| !row.evidence.is_empty());
        let _ = write!(
            out,
            "<details{open}><summary>{title} <span class=\"soft\">{what}</span></summary>\n<table class=\"steps\">\n<thead><tr>"
        );
        for column in columns.iter().chain(evidence.then_some(&"evidence")) {
            let _ = write!(out, "<th scope=\"col\">{column}</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            let (name, sign, state) = (shown(row.name), sign(row.mark), prose(&row.state));
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{name}</th><td><span class=\"state\">{sign}<span>{state}</span></span></td>"
            );
            for (_, text) in columns.iter().skip(2).zip([&row.who, &row.due]) {
                let _ = write!(out, "<td>{}</td>", shown(text));
            }
            if evidence {
                let _ = write!(out, "<td>{}</td>", self.evidence(row.evidence));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></details>\n");
    }
}

fn papers(release: &ReleaseSummary) -> [Paper<'_>; 2] {
    let steps = Paper {
        title: "Approval steps",
        what: "as the approval record has them",
        nothing: "none is recorded",
        columns: &["step", "recorded", "who", "time"],
        rows: rows::steps(release),
    };
    let checklist = Paper {
        title: "Checklist",
        what: "as the documents state it",
        nothing: "nothing is stated",
        columns: &["area", "stated"],
        rows: rows::checklist(release),
    };
    [steps, checklist]
}

/// A table of the papers of a release.
struct Paper<'a> {
    title: &'static str,
    what: &'static str,
    /// Instead of `what` where no row says anything.
    nothing: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Row<'a>>,
}
