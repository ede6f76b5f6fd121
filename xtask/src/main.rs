//! Tools of the house.

fn main() {}
