fn main() {
    let tests = [
        "a:\nb: ~\nc: 1 # x\n",
        "- \n-\n- x\n",
        "a: |\n  foo\n  bar\n\n\nb: >-\n  x\n# c\nc: 'q''x'\n",
        "{a, b: , c: [x: y, {}]}",
        "a: &x\nb: &y 1\nc: *y\n*y : 2\n? [1]\n: 2\n",
        "a: !!str\nb: !foo x\nc: ! 12\nd: !!map {}\ne: !foo\n  k: v\n",
        "a: 1\n---\nb: 2\n",
        "a: 1\n---\n",
        "",
        "# c\n",
        "a: \"x",
        "a:\n\tb: 1\n",
        "a: @x\n",
        "a: `x`\n",
        "a: b: c\n",
        "a: 1\n b: 2\n",
        "a:\n  - x\n - y\n",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1\n",
        "a: 'it's'\n",
        "a: \"c:\\path\"\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: *nope\n",
        "a: &a [*a]\n",
        "a: x\u{0}y\n",
        "a: x\u{7}y\n",
        "a\u{1}: b",
        "a: \u{80}x\n",
        "a: 1\nb\nc: 2\n",
        "a: % x\n",
        "a: 1\n}\n",
        "- a\nb: 1\n",
        "a: |\n\tx\n",
        "a: - b\n",
        "key: value\nother",
        "- [a, b]]\n",
        "a: 'x' y\n",
        "a: &x\n  b: 1\n",
        "\n\n  a: 1\n  b:\n    - 1\n\n# end\n",
        "a: \"\"\nb: ''\n",
        "a: |\n",
        "a:\n- 1\n- 2\nb: 1\n",
        "? a\n: b\n? c\n",
        "a: foo\n  bar\n\nb: 1\n",
        "a: \"x\n  y\"\n",
        "\u{feff}a: 1\n",
        "a: [\n1,\n]\n",
        "a: |2\n    x\n   y\n",
        "a: ,b\n",
        "a: !!python/object:x {}\n",
        "x: >\n\n",
    ];
    for t in tests {
        println!("== {:?}", t);
        let o =
            granit_parser::options! {disallow_directives: true, emit_unresolved_aliases: true, emit_comments: false};
        for r in granit_parser::Parser::new_from_str_with_options(t, o) {
            match r {
                Ok((e, s)) => {
                    let r = s.byte_range();
                    println!("  {:?} {:?} {:?}", e, r, r.clone().and_then(|r| t.get(r)));
                }
                Err(e) => println!("  ERR {:?} at {:?} {}", e.kind(), e.marker().byte_offset(), e.info()),
            }
        }
    }
}
