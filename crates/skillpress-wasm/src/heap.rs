//! A tiny allocator: free lists of power-of-two sizes over memory that only grows.
//!
//! General allocators are 5 to 10 KB of code; a search holds few blocks, of few sizes, for a short time.
#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

/// For one thread.
#[derive(Debug)]
pub struct Heap {
    state: UnsafeCell<State>,
    /// Adds so many pages; gives where they begin, null when there are none.
    grow: fn(usize) -> *mut u8,
}

#[derive(Debug)]
struct State {
    /// The first free block of 2^(i + 4) bytes; the first word of a free block leads to the next.
    free: [*mut u8; N_CLASSES],
    /// Memory that was never used begins here …
    top: *mut u8,
    /// … and has so many bytes.
    room: usize,
}

/// Blocks have 16 bytes to 1 GiB.
const N_CLASSES: usize = 27;
const MIN_BITS: u32 = 4;
const PAGE_LEN: usize = 1 << 16;

// SAFETY: modules are built without threads; tests use a heap from one thread each.
unsafe impl Sync for Heap {}

impl Heap {
    /// An empty heap. `grow` must give memory that is used by nothing else, aligned to 16 bytes.
    pub const fn new(grow: fn(usize) -> *mut u8) -> Self {
        Self {
            state: UnsafeCell::new(State {
                free: [ptr::null_mut(); N_CLASSES],
                top: ptr::null_mut(),
                room: 0,
            }),
            grow,
        }
    }
}

/// Which free list blocks of this layout come from; `None` for what is too large or too strictly aligned.
fn class(layout: Layout) -> Option<usize> {
    let bits = usize::BITS - layout.size().saturating_sub(1).leading_zeros();
    let class = bits.max(MIN_BITS) - MIN_BITS;
    (layout.align() <= 1 << MIN_BITS && (class as usize) < N_CLASSES).then_some(class as usize)
}

// SAFETY: a block is handed out by one list only, has at least the layout's size, and stands at a multiple of 16, since
// memory does and all sizes are multiples of 16.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class(layout) else {
            return ptr::null_mut();
        };
        // SAFETY: one thread, and nothing here calls the allocator.
        let state = unsafe { &mut *self.state.get() };
        let block = state.free[class];
        if !block.is_null() {
            // SAFETY: a free block holds the address of the next one; it was written by `dealloc`.
            state.free[class] = unsafe { block.cast::<*mut u8>().read() };
            return block;
        }
        let len = 1 << (class as u32 + MIN_BITS);
        if state.room < len {
            let n_pages = len.div_ceil(PAGE_LEN);
            let start = (self.grow)(n_pages);
            if start.is_null() {
                return start;
            }
            // What was left is lost unless the new pages follow it.
            if state.top.wrapping_add(state.room) != start {
                (state.top, state.room) = (start, 0);
            }
            state.room += n_pages * PAGE_LEN;
        }
        let block = state.top;
        state.top = block.wrapping_add(len);
        state.room -= len;
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(class) = class(layout) {
            // SAFETY: one thread, and nothing here calls the allocator.
            let state = unsafe { &mut *self.state.get() };
            // SAFETY: the caller gives the block back; it has at least 16 bytes, aligned to 16.
            unsafe { block.cast::<*mut u8>().write(state.free[class]) };
            state.free[class] = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_len: usize) -> *mut u8 {
        // SAFETY: the caller promises a size that is not zero and does not overflow with this alignment.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_len, layout.align()) };
        if class(layout) == class(new_layout) {
            return block;
        }
        // SAFETY: as above.
        let new = unsafe { self.alloc(new_layout) };
        if !new.is_null() {
            // SAFETY: both blocks have at least the smaller size and are different ones; the old one is given back once.
            unsafe {
                ptr::copy_nonoverlapping(block, new, layout.size().min(new_len));
                self.dealloc(block, layout);
            }
        }
        new
    }
}

/// Grows the memory of the module.
#[cfg(target_arch = "wasm32")]
pub(crate) fn grow_memory(n_pages: usize) -> *mut u8 {
    match core::arch::wasm32::memory_grow(0, n_pages) {
        usize::MAX => ptr::null_mut(),
        page => ptr::with_exposed_provenance_mut(page * PAGE_LEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory of the tests: never given back.
    fn grow(n_pages: usize) -> *mut u8 {
        if n_pages > 64 {
            return ptr::null_mut();
        }
        let words = vec![0_u128; n_pages * PAGE_LEN / size_of::<u128>()];
        words.leak().as_mut_ptr().cast()
    }

    fn layout(len: usize) -> Layout {
        Layout::from_size_align(len, 8).unwrap()
    }

    #[test]
    fn blocks_do_not_overlap_and_are_used_again() {
        let heap = Heap::new(grow);
        let mut blocks: Vec<(*mut u8, usize)> = Vec::new();
        for len in [1, 15, 16, 17, 100, 5000, 65_536, 65_537, 200_000, 3, 40] {
            // SAFETY: the layout has a size.
            let block = unsafe { heap.alloc(layout(len)) };
            assert!(!block.is_null() && block.addr().is_multiple_of(16));
            // SAFETY: the block has `len` bytes.
            unsafe { block.write_bytes(blocks.len() as u8, len) };
            blocks.push((block, len));
        }
        for (block_idx, &(block, len)) in blocks.iter().enumerate() {
            // SAFETY: the block has `len` bytes, which were written.
            let bytes = unsafe { core::slice::from_raw_parts(block, len) };
            assert!(bytes.iter().all(|&byte| byte == block_idx as u8));
        }
        let (block, len) = blocks[5];
        // SAFETY: it comes from this heap with this layout, and is not used after.
        unsafe { heap.dealloc(block, layout(len)) };
        // SAFETY: the layout has a size.
        assert_eq!(unsafe { heap.alloc(layout(4097)) }, block);
    }

    #[test]
    fn a_block_that_grows_keeps_its_bytes() {
        let heap = Heap::new(grow);
        // SAFETY: the layout has a size.
        let block = unsafe { heap.alloc(layout(10)) };
        // SAFETY: the block has ten bytes.
        unsafe { block.write_bytes(7, 10) };
        // SAFETY: the block is of this heap, with this layout.
        let same = unsafe { heap.realloc(block, layout(10), 16) };
        assert_eq!(same, block);
        // SAFETY: as before; the old block is not used after.
        let moved = unsafe { heap.realloc(same, layout(16), 1000) };
        // SAFETY: the first ten bytes were written.
        assert_eq!(unsafe { core::slice::from_raw_parts(moved, 10) }, [7; 10]);
    }

    #[test]
    fn what_cannot_be_had_is_null() {
        let heap = Heap::new(grow);
        for layout in [
            layout(1 << 23),
            layout(1 << 40),
            Layout::from_size_align(8, 64).unwrap(),
        ] {
            // SAFETY: the layout has a size.
            assert!(unsafe { heap.alloc(layout) }.is_null());
        }
    }
}
