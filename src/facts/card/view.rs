//! A card laid out for the derivations: what each section is about, and whether
//! it says anything.

use super::clean::Clean;
use super::comments;
use super::topics::{Topic, TopicTable};
use crate::parse::markdown::{BlockKind, Body, Form, Label, LabelForm, Section};
use crate::parse::{Entry, Node};
use crate::source::Span;

/// Whether something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Something.
    Content,
    /// Nothing but placeholders or template text.
    Placeholder,
    /// Nothing.
    Empty,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Placeholder => "placeholder",
            Self::Empty => "empty",
        }
    }
}

/// The most words of a first heading that is the name of a model.
const LONGEST_NAME: usize = 10;

/// A card and what was made of it so far.
pub(super) struct Card<'a> {
    pub(super) root: &'a Node,
    /// What stands in comments in place of front matter.
    comments: Node,
    pub(super) body: &'a Body,
    pub(super) text: &'a str,
    pub(super) table: &'a TopicTable,
    pub(super) clean: Clean,
    pub(super) anchor: Span,
    /// The section whose heading is the title of the card.
    pub(super) title: Option<usize>,
    views: Vec<View>,
    /// The topics that each label names, those of the identity too, a bit each.
    labelled: Vec<u32>,
}

/// A section.
struct View {
    /// The topics that its heading names, a bit each.
    named: u32,
    /// The topics that what stands in it is about, those of the sections around
    /// it included.
    about: u32,
    /// Words of its own content.
    words: usize,
    code: bool,
    state: State,
}

impl<'a> Card<'a> {
    pub(super) fn new(root: &'a Node, body: &'a Body, text: &'a str, table: &'a TopicTable) -> Self {
        let clean = Clean::new(body, table);
        let title = title(body, table);
        let anchor = anchor(root, body, text);
        let comments = comments::read(root, body, text);
        let labelled = body.labels.iter().map(|label| named_by(label, table)).collect();
        let views = Vec::with_capacity(body.sections.len());
        let mut card = Self { root, comments, body, text, table, clean, anchor, title, views, labelled };
        card.look();
        card.settle();
        card
    }

    /// What each section is about, and its own words. Parents come first.
    fn look(&mut self) {
        for (index, section) in self.body.sections.iter().enumerate() {
            let is_title = Some(index) == self.title || section.level == 0;
            let named = if is_title { 0 } else { self.named(&section.key) };
            let cut = is_title || named == 0 && self.table.other.has(&section.key);
            let above = section.parent.and_then(|parent| self.views.get(parent)).map_or(0, |view| view.about);
            let about = if cut || named != 0 { named } else { above };
            let blocks = self.body.blocks_of(section);
            let code = blocks.iter().any(|block| block.kind == BlockKind::Code);
            let words = self.clean.content_words(section.content);
            let state = self.own_state(section, words, code);
            self.views.push(View { named, about, words, code, state });
        }
    }

    fn named(&self, key: &str) -> u32 {
        self.table.of_heading(key).into_iter().fold(0, |bits, topic| bits | bit(topic))
    }

    fn own_state(&self, section: &Section, words: usize, code: bool) -> State {
        let template_title = self.clean.has_mark(section.title_span) && words == 0 && !code;
        if words > 0 || code {
            State::Content
        } else if self.clean.has_mark(section.content) || template_title {
            State::Placeholder
        } else if self.body.labels_of(section).iter().any(|label| !label.name.is_empty()) {
            // Labels of which none is answered: a form that was not filled in.
            State::Placeholder
        } else {
            State::Empty
        }
    }

    /// A section says what its sub-sections say. Children come last.
    fn settle(&mut self) {
        for index in (0..self.views.len()).rev() {
            let Some(state) = self.views.get(index).map(|view| view.state) else { continue };
            let parent = self.body.sections.get(index).and_then(|section| section.parent);
            if let Some(above) = parent.and_then(|parent| self.views.get_mut(parent)) {
                above.state = match (above.state, state) {
                    (State::Content, _) | (_, State::Content) => State::Content,
                    (State::Placeholder, _) | (_, State::Placeholder) => State::Placeholder,
                    _ => State::Empty,
                };
            }
        }
        for (index, section) in self.body.sections.iter().enumerate() {
            let parent = section.parent.and_then(|parent| self.views.get(parent));
            let said_above = parent.filter(|above| above.words > 0).map_or(0, |above| above.about);
            let Some(view) = self.views.get_mut(index).filter(|view| view.state == State::Empty) else { continue };
            // A title needs no text; a bold line that names no topic may be an
            // emphasis and no heading; of two bold lines in a row the first holds
            // the second, since bold has no levels; a heading that leads
            // elsewhere says what it has to say there; a figure may be all there is
            // to say where no topic asks for words, or the section around says them.
            let bold_next = self.body.sections.get(index + 1).is_some_and(|next| next.form == Form::Bold);
            let exempt = Some(index) == self.title
                || section.form == Form::Bold && (view.named == 0 || bold_next)
                || view.named == 0 && is_link(self.body, section)
                || view.named & !said_above == 0 && has_image(self.body, self.text, section);
            if exempt {
                view.state = State::Content;
            }
        }
    }

    /// The entry of that key in the front matter, or in the comments that stand in its place.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.root.entry(key).or_else(|| self.comments.entry(key))
    }

    pub(super) fn state(&self, section: usize) -> State {
        self.views.get(section).map_or(State::Empty, |view| view.state)
    }

    /// The words of a section and of its sub-sections.
    pub(super) fn words_within(&self, section: usize) -> usize {
        let level = self.body.sections.get(section).map_or(0, |section| section.level);
        let below = self.body.sections.iter().zip(&self.views).skip(section + 1);
        let own = self.views.get(section).map_or(0, |view| view.words);
        own + below.take_while(|(below, _)| below.level > level).map(|(_, view)| view.words).sum::<usize>()
    }

    /// The topics that a section's heading names.
    pub(super) fn topics_of(&self, section: usize) -> impl Iterator<Item = &Topic> + '_ {
        let named = self.views.get(section).map_or(0, |view| view.named);
        self.table.topics.iter().enumerate().filter(move |(index, _)| named & bit(*index) != 0).map(|(_, topic)| topic)
    }

    /// The sections that are about a topic, with the words that they add.
    pub(super) fn about(&self, topic: usize) -> impl Iterator<Item = (usize, &'a Section, usize)> + '_ {
        let code = self.table.topics.get(topic).is_some_and(|topic| topic.code);
        self.views.iter().zip(&self.body.sections).enumerate().filter_map(move |(index, (view, section))| {
            let words = view.words + usize::from(code && view.code);
            (view.about & bit(topic) != 0).then_some((index, section, words))
        })
    }

    /// The section at or above `section` whose heading names the topic.
    pub(super) fn namer(&self, topic: usize, section: usize) -> Option<&'a Section> {
        let mut at = Some(section);
        while let Some(index) = at {
            let found = self.body.sections.get(index)?;
            if self.views.get(index)?.named & bit(topic) != 0 {
                return Some(found);
            }
            at = found.parent.filter(|parent| *parent < index);
        }
        None
    }

    /// The labels that name a topic of the table or of the identity.
    pub(super) fn labels<'s>(&'s self, topic: &'s Topic) -> impl Iterator<Item = &'a Label> + 's {
        let named = self.body.labels.iter().zip(&self.labelled);
        named.filter(|(_, topics)| *topics & bit(topic.number) != 0).map(|(label, _)| label)
    }

    /// Headings that mean nothing to the table.
    pub(super) fn unrecognised(&self) -> impl Iterator<Item = &'a Section> + '_ {
        self.body.sections.iter().enumerate().filter_map(|(index, section)| {
            let title = Some(index) == self.title || section.level == 0 || section.key.is_empty();
            (!title && !self.is_known(index, section)).then_some(section)
        })
    }

    /// Whether the table knows the heading of a section.
    fn is_known(&self, index: usize, section: &Section) -> bool {
        let named = self.views.get(index).is_some_and(|view| view.named != 0);
        let identity = || self.table.identity.iter().any(|topic| topic.is_heading(&section.key));
        let listed = || self.table.other.has(&section.key) || self.table.familiar.has(&section.key);
        named || listed() || identity()
    }

    /// The heading that names the model: the title; where every section is of the
    /// first level, the first heading if it names nothing else and is no sentence.
    pub(super) fn naming_heading(&self) -> Option<&'a Section> {
        if let Some(title) = self.title {
            return self.body.sections.get(title);
        }
        let headings = || self.body.sections.iter().enumerate().filter(|(_, section)| section.level > 0);
        let (index, first) = headings().find(|(_, section)| section.form != Form::Bold)?;
        let lead = self.body.sections.first().filter(|lead| lead.level == 0);
        let begins = lead.is_none_or(|lead| self.clean.content_words(lead.content) == 0);
        let sentence =
            first.title.ends_with(['?', '!', '.', ':']) || first.title.split_whitespace().count() > LONGEST_NAME;
        (begins && !sentence && !first.key.is_empty() && !self.is_known(index, first)).then_some(first)
    }
}

/// Whether a heading is a link to what it names.
fn is_link(body: &Body, section: &Section) -> bool {
    let title = section.title_span;
    let first = body.links.partition_point(|link| link.span.start < title.start);
    let within = body.links.iter().skip(first).take_while(|link| link.span.start < title.end);
    within.into_iter().any(|link| !link.image)
}

/// Whether a section shows an image, in Markdown or in HTML.
fn has_image(body: &Body, text: &str, section: &Section) -> bool {
    let text = text.get(section.content.range()).unwrap_or("");
    let mut parts = text.split("<!--");
    let after = |part: &str| part.split_once("-->").is_some_and(|(_, shown)| shown.contains("<img"));
    body.blocks_of(section).iter().any(|block| block.kind == BlockKind::Image)
        || parts.next().is_some_and(|shown| shown.contains("<img"))
        || parts.any(after)
}

/// The topics that a label names, a bit each.
fn named_by(label: &Label, table: &TopicTable) -> u32 {
    let names = |topic: &&Topic| match label.form {
        LabelForm::Bold => topic.is_label(&label.key),
        LabelForm::Plain | LabelForm::Row => topic.is_label_exactly(&label.key),
    };
    table.topics.iter().chain(&table.identity).filter(names).fold(0, |bits, topic| bits | bit(topic.number))
}

fn bit(topic: usize) -> u32 {
    u32::try_from(topic).ok().and_then(|topic| 1_u32.checked_shl(topic)).unwrap_or(0)
}

/// The heading that is the title: the first one, where it says "model card" or
/// is the only one of the first level. Many cards use the first level for every
/// section and have no title.
fn title(body: &Body, table: &TopicTable) -> Option<usize> {
    let headings =
        || body.sections.iter().enumerate().filter(|(_, section)| section.level > 0 && section.form != Form::Bold);
    let (index, first) = headings().next()?;
    let alone = headings().filter(|(_, section)| section.level <= first.level).count() == 1;
    let alone = alone && (headings().count() > 1 || table.of_heading(&first.key).is_empty());
    (alone || first.key.contains("model card")).then_some(index)
}

/// Where to show what the card lacks: its title, else the first line of its
/// front matter, else its first line.
fn anchor(root: &Node, body: &Body, text: &str) -> Span {
    if let Some(section) = body.sections.iter().find(|section| section.level > 0) {
        return section.title_span;
    }
    if let Some(entry) = root.entries().first() {
        return entry.key_span.to(if entry.value.entries().is_empty() && entry.value.items().is_empty() {
            entry.value.span
        } else {
            entry.key_span
        });
    }
    let source = root.span.source;
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let first = |text: &str| text.find(|c: char| !blank(c));
    let start = first(&body.prose).or_else(|| first(text)).unwrap_or(0);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    Span::new(source, start, start + line.trim_end().len())
}
