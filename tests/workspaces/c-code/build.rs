//! Compiles the filter.

fn main() {
    println!("cargo::rerun-if-changed=native");
    cc::Build::new().file("native/median.c").include("native").warnings(true).compile("median");
}
