//! The page for reviewers in a browser: its style is allowed by its own policy, a script
//! is not, and its filters show what they say.
//!
//! The page has no script, so this one is added to a copy of it whose policy allows
//! scripts beside the page's own style. Where there is no Chromium the test says so and
//! holds nothing; `CHROMIUM` names one that is not on the path.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{check, folder, render};
use serde_json::{Value as Json, json};
use weighbridge::report::Format;

/// Clicks through the page and writes what it saw, as JSON, into its title.
const CLICKS: &str = r#"
const seen = {};
const all = [...document.querySelectorAll(".finding")];
const visible = () => all.filter(one => one.getClientRects().length > 0);
const choose = (field, value) => { document.getElementById(field).value = value; };
const reset = () => document.querySelector("button[type=reset]").click();
seen.styled = getComputedStyle(document.querySelector(".gate")).borderTopStyle;
seen.all = visible().length === all.length;
const only = (field, test) => [...document.getElementById(field).options].slice(1).map(option => {
  choose(field, option.value);
  const ok = visible().length > 0 && all.every(one => visible().includes(one) === test(one, option));
  reset();
  return ok && visible().length === all.length;
});
seen.severity = only("severity", (one, option) => one.classList.contains(option.value)).slice(0, 2);
seen.release = only("release", (one, option) => one.classList.contains(option.value));
seen.pack = only("pack", (one, option) => one.querySelector(".meta code").textContent.startsWith(option.text + "/"));
choose("severity", "error"); choose("release", "r0"); choose("pack", "p0");
seen.together = visible().every(one => one.matches(".error.r0.p0")) && visible().length === document.querySelectorAll(".error.r0.p0").length;
reset();
const gates = [...document.querySelectorAll(".gate .how a")];
seen.gates = gates.length > 0 && gates.every(gate => {
  gate.click();
  return document.querySelector(":target").matches(".finding");
});
const papers = document.querySelector("details");
const before = papers.open;
papers.querySelector("summary").click();
seen.papers = papers.open !== before;
seen.wide = document.documentElement.scrollWidth <= innerWidth;
document.title = JSON.stringify(seen);
"#;

fn chromium() -> Option<String> {
    let named = std::env::var("CHROMIUM").ok();
    let known = ["chromium", "chromium-browser", "google-chrome"].map(str::to_owned);
    let runs = |name: &String| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    named.into_iter().chain(known).find(runs)
}

/// The title of a page after it has run, at a width.
fn title(chromium: &str, page: &Path, width: u32) -> String {
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--virtual-time-budget=2000"])
        .arg(format!("--user-data-dir={}", page.parent().unwrap().join("profile").display()))
        .arg(format!("--window-size={width},900"))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8(output.stdout).unwrap();
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    title.replace("&amp;", "&")
}

#[test]
fn the_page_can_be_clicked_through_and_runs_nothing() {
    let Some(chromium) = chromium() else {
        eprintln!("skipped: there is no Chromium here");
        return;
    };
    let page = render(Format::Html, &check(&folder("examples/broken")));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");

    let injected = page.replace("</body>", "<script>document.title = 'it ran'</script></body>");
    std::fs::write(&path, &injected).unwrap();
    assert!(title(&chromium, &path, 1280).starts_with("Weighbridge: failed"));

    let open = page.replace("default-src 'none'; ", "default-src 'none'; script-src 'unsafe-inline'; ");
    std::fs::write(&path, open.replace("</body>", &format!("<script>{CLICKS}</script></body>"))).unwrap();
    for width in [390, 820, 1280] {
        let seen: Json = serde_json::from_str(&title(&chromium, &path, width)).unwrap();
        let expected = json!({"all": true, "together": true, "gates": true, "papers": true, "wide": true});
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&seen[name], value, "{name} at {width}: {seen}");
        }
        for name in ["severity", "release", "pack"] {
            let every = seen[name].as_array().unwrap();
            assert!(every.len() > 1 && every.iter().all(|one| one == true), "{name} at {width}: {seen}");
        }
        assert!(["solid", "dashed"].contains(&seen["styled"].as_str().unwrap()), "{seen}");
    }
}
