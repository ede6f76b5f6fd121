fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<_> = args.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect();
    let opts = plimsoll_lint::Options::default();
    let t = std::time::Instant::now();
    let mut n = 0;
    let mut out = String::new();
    for (p, text) in args.iter().zip(&texts) {
        let c = plimsoll_lint::check_as(plimsoll_lint::FileType::Workflow, p, text, &opts);
        let idx = plimsoll_finding::LineIndex::new(text);
        for f in c.findings {
            n += 1;
            let l = f.span.map(|s| idx.position(s.start()).line).unwrap_or(0);
            let line = text.lines().nth((l as usize).saturating_sub(1)).unwrap_or("").trim();
            out += &format!(
                "{}:{} [{}] {}: {}\n      | {}\n",
                p.rsplit('/').next().unwrap(),
                l,
                f.rule,
                f.severity,
                f.message,
                line
            );
        }
    }
    let e = t.elapsed();
    print!("{out}");
    println!("{n} findings in {e:?}");
}
