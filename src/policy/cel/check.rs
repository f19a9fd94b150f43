//! Reading an expression: what it may hold, and which places it reads.

use std::sync::{Arc, LazyLock};

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::{Env, IdedExpr};
use regex::RegexBuilder;

use super::bind::Extent;
use super::{Cel, IN_ORDER, Input, TICK, Variable};
use crate::policy::select::{Root, Segment, Selector};
use crate::text::{did_you_mean, quote};

/// The most bytes of an expression.
const LONGEST: usize = 1024;

/// The deepest nesting of brackets.
const BRACKETS: usize = 24;

/// The deepest tree that is evaluated.
const DEPTH: usize = 64;

/// The most comprehensions inside of one another.
const COMPREHENSIONS: usize = 2;

/// The most additions, which on texts and lists make longer ones.
const ADDITIONS: usize = 16;

/// The most bytes of a compiled regular expression: it is made anew for every value.
const REGEX_BYTES: usize = 1 << 16;

/// The stack on which an expression is parsed.
const STACK: usize = 16 * 1024 * 1024;

/// The functions that an expression may call; operators and macros are others.
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "bytes",
    "type",
    "dyn",
    "duration",
    "timestamp",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
    "orValue",
    "or",
    "hasValue",
    "value",
];

/// Macros, which messages name too.
const MACROS: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];

/// The names of types, for `type(x) == int`.
const TYPES: &[&str] = &["bool", "bytes", "double", "duration", "int", "list", "map", "string", "timestamp", "uint"];

/// The roots of selectors.
const ROOTS: &[&str] = &["doc", "facts", "data", "link", "now"];

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// The standard functions.
pub(super) fn environment() -> &'static Arc<Env> {
    &ENVIRONMENT
}

/// What is wrong with an expression, and what to write instead.
pub(in crate::policy) struct Mistake {
    /// In a sentence without a full stop.
    pub(in crate::policy) message: String,
    /// May be empty.
    pub(in crate::policy) help: String,
}

fn mistake<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Mistake> {
    Err(Mistake { message: message.into(), help: help.into() })
}

/// Reads an expression; `names` are those that are in scope.
pub(in crate::policy) fn compile(source: &str, names: &[String]) -> Result<Cel, Mistake> {
    if source.len() > LONGEST {
        let message = format!("an expression has at most {LONGEST} bytes");
        return mistake(message, "compute it as a fact, or write several clauses");
    }
    if brackets(source) > BRACKETS {
        return mistake(format!("an expression nests at most {BRACKETS} brackets"), "write several clauses");
    }
    // The parser recurses, and a stack that overflows ends the program.
    let (text, scope) = (source.to_owned(), names.to_vec());
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || read(&text, &scope));
    let unread = || Mistake { message: "this expression cannot be read".to_owned(), help: String::new() };
    thread.map_err(|_| unread())?.join().map_err(|_| unread())?
}

/// The deepest nesting of brackets, those in texts too.
fn brackets(source: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

fn read(source: &str, names: &[String]) -> Result<Cel, Mistake> {
    let program = environment().compile(source).map_err(|errors| {
        let first = errors.errors.first();
        let why = first.map_or_else(String::new, |error| format!(": {} (column {})", quote(&error.msg), error.pos.1));
        Mistake { message: format!("this is not an expression{why}"), help: String::new() }
    })?;
    let mut reader =
        Reader { names, variables: Vec::new(), now: false, reads: Vec::new(), sized: Vec::new(), additions: 0 };
    let expression = program.expression();
    reader.sizes(expression, 0)?;
    reader.walk(expression, &mut Vec::new(), 0)?;
    let Reader { variables, now, reads, .. } = reader;
    let input = |(variable, at): (Variable, Selector)| {
        let own = reads.iter().filter(|read| read.root == at.root);
        Input { extent: Extent::of(own.map(|read| read.segments.as_slice())), variable, at }
    };
    let variables = variables.into_iter().map(input).collect();
    Ok(Cel { source: source.to_owned(), expression: ticking(expression.clone()), variables, now, reads })
}

/// A variable of a comprehension, and what it stands for.
struct Bound {
    name: String,
    place: Option<Selector>,
}

struct Reader<'n> {
    names: &'n [String],
    variables: Vec<(Variable, Selector)>,
    now: bool,
    reads: Vec<Selector>,
    /// The places whose size the expression asks for.
    sized: Vec<Selector>,
    additions: usize,
}

impl Reader<'_> {
    /// Notes what `size` is asked of, and bounds the depth for everything after.
    fn sizes(&mut self, expression: &IdedExpr, depth: usize) -> Result<(), Mistake> {
        if depth > DEPTH {
            return mistake(format!("an expression nests at most {DEPTH} operations"), "write several clauses");
        }
        if let Expr::Call(call) = &expression.expr
            && call.func_name == "size"
            && let Some(place) = call.target.as_deref().or(call.args.first()).and_then(|of| self.place(of, &[]))
        {
            self.sized.push(place);
        }
        children(expression).into_iter().try_for_each(|child| self.sizes(child, depth + 1))
    }

    fn walk(&mut self, expression: &IdedExpr, bound: &mut Vec<Bound>, inside: usize) -> Result<(), Mistake> {
        if let Some(place) = self.place(expression, bound) {
            self.root(expression, bound)?;
            if !self.reads.contains(&place) {
                self.reads.push(place);
            }
            return self.indexes(expression, bound, inside);
        }
        match &expression.expr {
            Expr::Ident(name) => self.identifier(name, bound),
            Expr::Call(call) => self.call(call, bound, inside),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension, bound, inside),
            Expr::Struct(_) => mistake("an expression makes no messages", "write a mapping in braces"),
            _ => children(expression).into_iter().try_for_each(|child| self.walk(child, bound, inside)),
        }
    }

    /// The variable at the beginning of a place.
    fn root(&mut self, expression: &IdedExpr, bound: &[Bound]) -> Result<(), Mistake> {
        let mut at = expression;
        let mut field: Option<String> = None;
        loop {
            match &at.expr {
                Expr::Ident(name) if name == "link" && !bound.iter().any(|bound| bound.name == "link") => {
                    let Some(link) = field else {
                        return mistake("`link` needs the name of a link, as in `link.card`", "");
                    };
                    let selector =
                        Selector { text: format!("link.{link}"), root: Root::Link(link.clone()), segments: Vec::new() };
                    self.variable(Variable::Link(link), selector);
                    return Ok(());
                }
                Expr::Ident(name) => return self.identifier(name, bound),
                Expr::Select(select) => {
                    field = Some(select.field.clone());
                    at = &select.operand;
                }
                Expr::Call(call) => {
                    field = None;
                    match call.args.first() {
                        Some(first) => at = first,
                        None => return Ok(()),
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// What stands in the brackets along a place.
    fn indexes(&mut self, expression: &IdedExpr, bound: &mut Vec<Bound>, inside: usize) -> Result<(), Mistake> {
        match &expression.expr {
            Expr::Select(select) => self.indexes(&select.operand, bound, inside),
            Expr::Call(call) => match call.args.as_slice() {
                [of, index] => {
                    self.indexes(of, bound, inside)?;
                    self.walk(index, bound, inside)
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn identifier(&mut self, name: &str, bound: &[Bound]) -> Result<(), Mistake> {
        if name.starts_with('@') || TYPES.contains(&name) || bound.iter().any(|bound| bound.name == name) {
            return Ok(());
        }
        let root = match name {
            "now" => {
                self.now = true;
                return Ok(());
            }
            "link" => return mistake("`link` needs the name of a link, as in `link.card`", ""),
            "doc" => Root::Doc,
            "facts" => Root::Facts,
            "data" => Root::Data,
            name if self.names.iter().any(|known| known == name) => Root::Name(name.to_owned()),
            _ => {
                let known = ROOTS.iter().copied().chain(self.names.iter().map(String::as_str));
                let known = known.chain(bound.iter().map(|bound| bound.name.as_str()));
                let known: Vec<&str> = known.collect();
                let help = near(name, &known, "variables");
                return mistake(format!("unknown variable `{}` in an expression", quote(name)), help);
            }
        };
        self.variable(Variable::Plain(name.to_owned()), Selector { text: name.to_owned(), root, segments: Vec::new() });
        Ok(())
    }

    fn variable(&mut self, variable: Variable, selector: Selector) {
        if !self.variables.iter().any(|(known, _)| *known == variable) {
            self.variables.push((variable, selector));
        }
    }

    fn call(&mut self, call: &CallExpr, bound: &mut Vec<Bound>, inside: usize) -> Result<(), Mistake> {
        let name = call.func_name.as_str();
        let operator = name.starts_with(['_', '!', '-', '@']);
        if !operator && !FUNCTIONS.contains(&name) {
            let known: Vec<&str> = FUNCTIONS.iter().chain(MACROS).copied().collect();
            return mistake(
                format!("unknown function `{}` in an expression", quote(name)),
                near(name, &known, "functions"),
            );
        }
        self.additions += usize::from(name == "_+_");
        if self.additions > ADDITIONS {
            return mistake(format!("an expression adds at most {ADDITIONS} times"), "compute it as a fact");
        }
        if name == "matches" {
            pattern(call)?;
        }
        call.target.as_deref().into_iter().chain(&call.args).try_for_each(|part| self.walk(part, bound, inside))
    }

    fn comprehension(&mut self, of: &ComprehensionExpr, bound: &mut Vec<Bound>, inside: usize) -> Result<(), Mistake> {
        if inside == COMPREHENSIONS {
            let message =
                format!("at most {COMPREHENSIONS} of `all`, `exists`, `map` and `filter` stand in one another");
            return mistake(message, "use `each` of the rule for the outer ones");
        }
        self.walk(&of.iter_range, bound, inside)?;
        let place = self.place(&of.iter_range, bound);
        let literal = matches!(of.iter_range.expr, Expr::List(_));
        let for_all = matches!(&of.accu_init.expr, Expr::Literal(LiteralValue::Boolean(start)) if *start.inner());
        let sized = match &place {
            Some(place) => {
                self.sized.iter().any(|sized| sized.root == place.root && sized.segments == place.segments)
                    || !bound.is_empty()
            }
            None => !self.sized.is_empty(),
        };
        if for_all && !literal && !sized {
            let list = place.map_or_else(|| "list".to_owned(), |place| place.text);
            let help = format!("write `size({list}) > 0 && …`, or use `each`");
            return mistake("`all` holds of an empty list", help);
        }
        let before = bound.len();
        let item = place.map(|place| extended(place, Segment::Each));
        bound.push(Bound { name: of.iter_var.clone(), place: item.filter(|_| of.iter_var2.is_none()) });
        let more = of.iter_var2.iter().chain([&of.accu_var]).cloned();
        bound.extend(more.map(|name| Bound { name, place: None }));
        let parts = [&of.accu_init, &of.loop_cond, &of.loop_step, &of.result];
        let result = parts.into_iter().try_for_each(|part| self.walk(part, bound, inside + 1));
        bound.truncate(before);
        result
    }

    /// The place that an expression names, if it is nothing but a way to one.
    fn place(&self, expression: &IdedExpr, bound: &[Bound]) -> Option<Selector> {
        match &expression.expr {
            Expr::Ident(name) => {
                if let Some(found) = bound.iter().rev().find(|bound| bound.name == *name) {
                    return found.place.clone();
                }
                let root = match name.as_str() {
                    "doc" => Root::Doc,
                    "facts" => Root::Facts,
                    "data" => Root::Data,
                    name if self.names.iter().any(|known| known == name) => Root::Name(name.to_owned()),
                    _ => return None,
                };
                Some(Selector { text: name.clone(), root, segments: Vec::new() })
            }
            Expr::Select(select) if !select.test => {
                if matches!(&select.operand.expr, Expr::Ident(name) if name == "link" && !bound.iter().any(|b| b.name == "link"))
                {
                    let root = Root::Link(select.field.clone());
                    return Some(Selector { text: format!("link.{}", select.field), root, segments: Vec::new() });
                }
                let of = self.place(&select.operand, bound)?;
                Some(extended(of, Segment::Key(select.field.clone())))
            }
            Expr::Call(call) if call.func_name == "_[_]" => {
                let [of, index] = call.args.as_slice() else { return None };
                let segment = match &index.expr {
                    Expr::Literal(LiteralValue::String(key)) => Segment::Key(key.inner().to_owned()),
                    Expr::Literal(LiteralValue::Int(at)) => Segment::Index(*at.inner()),
                    _ => return None,
                };
                Some(extended(self.place(of, bound)?, segment))
            }
            _ => None,
        }
    }
}

fn extended(mut place: Selector, segment: Segment) -> Selector {
    match &segment {
        Segment::Key(key) => place.text = format!("{}.{key}", place.text),
        Segment::Index(at) => place.text = format!("{}[{at}]", place.text),
        _ => place.text.push_str("[*]"),
    }
    place.segments.push(segment);
    place
}

fn near(word: &str, known: &[&str], what: &str) -> String {
    match did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known {what}: {}", known.join(", ")),
    }
}

/// The pattern of `matches` is written out, and small.
fn pattern(call: &CallExpr) -> Result<(), Mistake> {
    let Some(Expr::Literal(LiteralValue::String(pattern))) = call.args.last().map(|last| &last.expr) else {
        return mistake(
            "the pattern of `matches` is a text in the expression",
            "use `match` of `is` for other patterns",
        );
    };
    match RegexBuilder::new(pattern.inner()).size_limit(REGEX_BYTES).build() {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => mistake("the pattern of `matches` is too large", "use `match` of `is`"),
        Err(_) => mistake("the pattern of `matches` is not a regular expression", ""),
    }
}

/// The parts of an expression.
fn children(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(of) => {
            vec![&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Struct(of) => of.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Select(select) => vec![&*select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// What a comprehension runs over: a mapping gives its keys sorted, lest a list made of
/// them differ from run to run.
fn in_order(id: u64, range: IdedExpr) -> IdedExpr {
    let sorted = CallExpr { func_name: IN_ORDER.to_owned(), target: None, args: vec![range] };
    IdedExpr { id, expr: Expr::Call(sorted) }
}

/// The expression with a step counted in every turn of every comprehension: when the
/// count is full they end, and the caller knows that the result means nothing.
fn ticking(mut expression: IdedExpr) -> IdedExpr {
    let boxed = |part: Box<IdedExpr>| Box::new(ticking(*part));
    let all = |parts: Vec<IdedExpr>| parts.into_iter().map(ticking).collect::<Vec<_>>();
    expression.expr = match expression.expr {
        Expr::Call(call) => {
            Expr::Call(CallExpr { func_name: call.func_name, target: call.target.map(boxed), args: all(call.args) })
        }
        Expr::Comprehension(of) => {
            let mut of = *of;
            let tick = CallExpr { func_name: TICK.to_owned(), target: None, args: Vec::new() };
            let tick = IdedExpr { id: expression.id, expr: Expr::Call(tick) };
            let both = CallExpr {
                func_name: cel::common::ast::operators::LOGICAL_AND.to_owned(),
                target: None,
                args: vec![tick, ticking(of.loop_cond)],
            };
            of.loop_cond = IdedExpr { id: expression.id, expr: Expr::Call(both) };
            of.iter_range = in_order(expression.id, ticking(of.iter_range));
            of.accu_init = ticking(of.accu_init);
            of.loop_step = ticking(of.loop_step);
            of.result = ticking(of.result);
            Expr::Comprehension(Box::new(of))
        }
        Expr::List(mut list) => {
            list.elements = all(list.elements);
            Expr::List(list)
        }
        Expr::Map(mut map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    entry.key = ticking(std::mem::take(&mut entry.key));
                    entry.value = ticking(std::mem::take(&mut entry.value));
                }
            }
            Expr::Map(map)
        }
        Expr::Select(mut select) => {
            select.operand = boxed(select.operand);
            Expr::Select(select)
        }
        other => other,
    };
    expression
}
