//! The exports of the modules.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;

use crate::heap::{Heap, grow_memory};

#[cfg(not(feature = "semantic"))]
use crate::LexicalDoor as Door;
#[cfg(feature = "semantic")]
use crate::SemanticDoor as Door;

#[global_allocator]
static HEAP: Heap = Heap::new(grow_memory);

/// The door of this instance.
struct Global(UnsafeCell<Door>);

// SAFETY: the module is built without threads, so there is only one.
unsafe impl Sync for Global {}

static DOOR: Global = Global(UnsafeCell::new(Door::new()));

fn door() -> &'static mut Door {
    // SAFETY: there is one thread, and each export takes the door once and calls nothing that leads back to an export.
    unsafe { &mut *DOOR.0.get() }
}

// SAFETY (of `no_mangle`): the module is linked alone, so no other symbol has these names.

#[unsafe(no_mangle)]
extern "C" fn answer(kind: u32, len: usize) -> *mut u8 {
    door().answer(kind, len).as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn text(len: usize) -> *mut u8 {
    door().text(len).as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn step(handle: u32) -> *const u8 {
    door().step(handle).as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn close(handle: u32) {
    door().close(handle);
}

#[cfg(not(feature = "semantic"))]
mod lexical {
    use super::door;

    #[unsafe(no_mangle)]
    extern "C" fn open(has_ranges: u32) -> *const u8 {
        door().open(has_ranges).as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn search(query_len: usize, limit: usize, mode: u32) -> u32 {
        door().search(query_len, limit, mode)
    }

    #[unsafe(no_mangle)]
    extern "C" fn ask(handle: u32) -> *const u8 {
        door().ask(handle).as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn meaning(handle: u32) {
        door().meaning(handle);
    }
}

#[cfg(feature = "semantic")]
mod semantic {
    use super::door;

    #[unsafe(no_mangle)]
    extern "C" fn open(has_ranges: u32) -> u32 {
        door().open(has_ranges)
    }

    #[unsafe(no_mangle)]
    extern "C" fn search() -> u32 {
        door().search()
    }
}

/// A panic is a bug; the host sees a trap and drops the instance.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
