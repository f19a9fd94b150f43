//! One metric of a packet: its criterion, and the number that it is held against.

use super::packet::{Evidence, Packet, Suite, items, left_out, text_of};
use crate::evidence::{Selected, Setting, select};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// How many standard errors make a 95 % interval.
pub(super) const INTERVAL: f64 = 1.96;

/// So many metrics of a release are measured.
const MOST: usize = 1000;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Higher,
    Lower,
}

impl Direction {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Higher, Self::Lower].into_iter().find(|direction| direction.name() == name)
    }

    /// How much worse `value` is than `than`; negative where it is better.
    pub(super) fn loss(self, value: f64, than: f64) -> f64 {
        match self {
            Self::Higher => than - value,
            Self::Lower => value - than,
        }
    }
}

/// The limit of a metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold<'a> {
    pub(super) op: &'a str,
    pub(super) value: f64,
}

impl Threshold<'_> {
    fn of(metric: &Node) -> Option<Threshold<'_>> {
        let node = metric.get("threshold")?;
        let op = text_of(node, "op");
        let known = [">", ">=", "<", "<=", "=="].contains(&op);
        Some(Threshold { op, value: node.get("value")?.as_f64().filter(|value| value.is_finite())? }).filter(|_| known)
    }

    /// Which way the limit points; `==` points nowhere.
    fn direction(&self) -> Option<Direction> {
        match self.op {
            ">" | ">=" => Some(Direction::Higher),
            "<" | "<=" => Some(Direction::Lower),
            _ => None,
        }
    }

    /// Whether a value keeps it; what is no number keeps none.
    pub(super) fn holds(&self, value: f64) -> bool {
        match self.op {
            ">" => value > self.value,
            ">=" => value >= self.value,
            "<" => value < self.value,
            "<=" => value <= self.value,
            _ => close(value, self.value),
        }
    }
}

/// Whether two numbers are the same but for the last digits of a double.
pub(super) fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1e-3)
}

/// A number for people: six significant digits at most.
pub(super) fn shown(value: f64) -> String {
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    let magnitude = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    let decimals = (0..=12_u8).find(|decimals| f64::from(*decimals) >= 5.0 - magnitude).unwrap_or(12);
    let text = format!("{value:.*}", usize::from(decimals));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A metric of a packet.
pub(super) struct Metric<'p> {
    /// The packet that it stands in.
    pub(super) packet: &'p Packet<'p>,
    /// Its entry.
    pub(super) node: &'p Node,
    /// Its id.
    pub(super) id: &'p str,
    /// Where its id stands.
    pub(super) span: Span,
    /// What the file of criteria has for it.
    pub(super) agreed: Option<&'p Node>,
    /// Its limit, where it has one: as written, else as agreed.
    pub(super) threshold: Option<Threshold<'p>>,
    /// Which way is better: as written, else as the limit points.
    pub(super) direction: Option<Direction>,
    /// Its number.
    pub(super) measured: Measured<'p>,
}

/// Where the number of a metric is.
pub(super) enum Measured<'p> {
    /// Here.
    Known(Reading<'p>),
    /// Nowhere, though it should be; the end of a sentence about the metric, and where.
    Missing(String, Span),
    /// The result file has a place for it and no number there; why.
    Void(String, Span),
    /// It cannot be known: the file is of a format that is not read.
    Unknown,
    /// Its file is missing or broken, or it is left out for no reason, which is found as such.
    Lost,
}

/// The number of a metric.
pub(super) struct Reading<'p> {
    pub(super) value: f64,
    pub(super) stderr: Option<f64>,
    /// The bounds of its 95 % interval.
    pub(super) interval: Option<(f64, f64)>,
    pub(super) n: Option<u64>,
    /// Where it stands.
    pub(super) span: Span,
    /// The suite that it was read from; `None` where the packet itself has it.
    pub(super) suite: Option<&'p Suite<'p>>,
    /// What has to agree before it is compared.
    pub(super) settings: Vec<&'p Setting>,
}

impl<'p> Metric<'p> {
    /// The metric of an entry.
    fn of(node: &'p Node, packet: &'p Packet<'p>, measured: Measured<'p>) -> Self {
        let id = text_of(node, "id");
        let agreed = packet.criteria.get(id).copied();
        let threshold = Threshold::of(node).or_else(|| Threshold::of(agreed?));
        let mut metric = Self {
            packet,
            node,
            id,
            span: node.get("id").map_or(node.span, |id| id.span),
            agreed,
            threshold,
            direction: None,
            measured,
        };
        metric.direction = metric.written_direction().or_else(|| threshold.and_then(|threshold| threshold.direction()));
        metric
    }

    /// The metrics of packets that apply. The number of each is looked for in its results,
    /// so that there is a limit to how many are.
    pub(super) fn all(packets: &'p [Packet<'p>]) -> Vec<Self> {
        let entries = packets.iter().flat_map(|packet| packet.metrics().map(move |node| (packet, node)));
        let metric = |(at, (packet, node)): (usize, (&'p Packet<'p>, &'p Node))| {
            let measured = if at < MOST {
                measure(node, packet)
            } else {
                Measured::Missing(format!("is one of more than {MOST}, which are too many"), node.anchor())
            };
            Self::of(node, packet, measured)
        };
        entries.enumerate().map(metric).collect()
    }

    /// Its number, where it is known.
    pub(super) fn reading(&self) -> Option<&Reading<'p>> {
        if let Measured::Known(reading) = &self.measured { Some(reading) } else { None }
    }

    /// What the packet says of it or, where that is silent, the file of criteria.
    pub(super) fn asked(&self, key: &str) -> Option<&'p Node> {
        self.node.get(key).or_else(|| self.agreed?.get(key))
    }

    fn written_direction(&self) -> Option<Direction> {
        Direction::parse(self.asked("direction")?.text()?)
    }

    /// Whether the packet holds it to another limit than was agreed.
    pub(super) fn departs(&self) -> bool {
        let agreed = self.agreed.and_then(Threshold::of);
        let limits = agreed.zip(Threshold::of(self.node));
        limits.is_some_and(|(agreed, own)| agreed.op != own.op || !close(agreed.value, own.value))
    }

    /// Why it has no criterion: nothing to be held to, another limit than was agreed, or one
    /// that points both ways.
    pub(super) fn criterion_problem(&self) -> Option<&'static str> {
        if left_out(self.node) {
            return Some("does not apply, and the reason is not given");
        }
        let Some(threshold) = &self.threshold else { return Some("has no threshold") };
        if self.departs() {
            return Some("has another threshold than the file of criteria");
        }
        match (self.written_direction(), threshold.direction()) {
            (Some(written), Some(limit)) if written != limit => {
                Some("says that one way is better and has a threshold that asks for the other")
            }
            _ if self.direction.is_none() => Some("does not say whether higher or lower is better"),
            _ => None,
        }
    }
}

impl<'p> Reading<'p> {
    fn inline(metric: &'p Node) -> Option<Self> {
        let node = metric.get("value")?;
        let number = |key: &str| metric.get(key).and_then(Node::as_f64);
        let mut reading = Self {
            value: node.as_f64()?,
            stderr: number("stderr"),
            interval: None,
            n: metric.get("n").and_then(Node::as_f64).and_then(whole),
            span: node.span,
            suite: None,
            settings: Vec::new(),
        };
        reading.interval = interval(metric, &reading);
        Some(reading)
    }

    /// `n = 3000, standard error 0.0045`; empty where neither is known.
    pub(super) fn ground(&self) -> String {
        let n = self.n.map(|n| format!("n = {n}"));
        let stderr = self.stderr.map(|stderr| format!("standard error {}", shown(stderr)));
        let parts: Vec<String> = n.into_iter().chain(stderr).collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }
}

/// The interval that the metric gives, else the one of its standard error.
fn interval(metric: &Node, reading: &Reading<'_>) -> Option<(f64, f64)> {
    if let [lower, upper] = items(metric, "ci") {
        return lower.as_f64().zip(upper.as_f64());
    }
    reading.stderr.map(|stderr| (reading.value - INTERVAL * stderr, reading.value + INTERVAL * stderr))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, positive and small enough")]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.fract() == 0.0 && number < 9e15).then_some(number as u64)
}

fn measure<'p>(metric: &'p Node, packet: &'p Packet<'p>) -> Measured<'p> {
    if left_out(metric) {
        return Measured::Lost;
    }
    let inline = || Reading::inline(metric).map(Measured::Known);
    let span = metric.get("id").map_or(metric.span, |id| id.span);
    let Some(named) = metric.get("suite") else {
        return inline().unwrap_or_else(|| Measured::Missing("has no `value` and names no suite".to_owned(), span));
    };
    let id = named.text().unwrap_or_default();
    let Some(suite) = packet.suite(id) else {
        let near = text::did_you_mean(id, packet.suites.iter().map(|suite| suite.id));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
        return Measured::Missing(
            format!("names suite `{}`, which the packet does not have{near}", text::quote(id)),
            named.span,
        );
    };
    match &suite.evidence {
        Evidence::Read(_) => read(metric, suite, span),
        Evidence::Unknown(_) => inline().unwrap_or(Measured::Unknown),
        Evidence::Unnamed if suite.excused => inline().unwrap_or_else(|| {
            let why = format!("has no `value`, and suite `{}` does not apply", text::quote(id));
            Measured::Missing(why, span)
        }),
        Evidence::Broken(..) | Evidence::Lost | Evidence::Unnamed => inline().unwrap_or(Measured::Lost),
    }
}

/// The number of a metric in the results of its suite.
fn read<'p>(metric: &'p Node, suite: &'p Suite<'p>, span: Span) -> Measured<'p> {
    let Some(results) = suite.results() else { return Measured::Unknown };
    let wanted = metric.get("select");
    let id = text_of(metric, "id");
    let place = wanted.map_or(span, |select| select.span);
    match select(results, wanted.and_then(Node::text), id) {
        Selected::One { figure, measures } => {
            let Some(value) = figure.value.filter(|value| value.is_finite()) else {
                return Measured::Void(figure.why.unwrap_or_else(|| "it is not a number".to_owned()), figure.span);
            };
            let settings = measures.iter().flat_map(|measure| &measure.settings).chain(&results.settings).collect();
            let n = figure.n.or_else(|| metric.get("n").and_then(Node::as_f64).and_then(whole));
            let stderr = figure.stderr.or_else(|| metric.get("stderr").and_then(Node::as_f64));
            let mut reading =
                Reading { value, stderr, interval: None, n, span: figure.span, suite: Some(suite), settings };
            reading.interval = interval(metric, &reading);
            Measured::Known(reading)
        }
        Selected::Several(measures) => {
            let keys: Vec<String> =
                measures.iter().take(3).map(|measure| format!("`{}`", text::quote(&measure.key))).collect();
            let why = format!("leads to {} numbers of its suite, such as {}", measures.len(), keys.join(", "));
            Measured::Missing(why, place)
        }
        Selected::Nothing(near) => {
            if wanted.is_none()
                && let Some(reading) = Reading::inline(metric)
            {
                return Measured::Known(reading);
            }
            let written = text::quote(wanted.and_then(Node::text).unwrap_or(id));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
            Measured::Missing(format!("is not in the results of its suite, which have no `{written}`{near}"), place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.934, "0.934"),
            (1.0 / 3.0, "0.333333"),
            (1140.0, "1140"),
            (0.007_812_5, "0.0078125"),
            (0.0, "0"),
            (-12.5, "-12.5"),
            (1_234_567.8, "1234568"),
            (f64::NAN, "not a number"),
        ] {
            assert_eq!(shown(value), text);
        }
    }
}
