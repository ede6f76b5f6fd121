//! The filter in C, made safe.

mod native {
    unsafe extern "C" {
        pub(super) fn median(values: *mut i32, count: usize) -> i32;
    }
}

/// The median, 0 where there are no values. They are sorted afterwards.
pub(crate) fn median(values: &mut [i32]) -> i32 {
    // SAFETY: the pointer and the length are those of one slice, which nobody else sees meanwhile.
    unsafe { native::median(values.as_mut_ptr(), values.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one_is_found() {
        assert_eq!(median(&mut []), 0);
        assert_eq!(median(&mut [9, -3, 4]), 4);
    }
}
