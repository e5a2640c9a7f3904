//! The exports of the modules.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;

use crate::heap::{Heap, grow_memory};

#[cfg(not(any(feature = "semantic", feature = "unknown")))]
use crate::LexicalBindings as Bindings;
#[cfg(feature = "semantic")]
use crate::SemanticBindings as Bindings;
#[cfg(feature = "unknown")]
use crate::UnknownBindings as Bindings;

#[global_allocator]
static HEAP: Heap = Heap::new(grow_memory);

/// The bindings of this instance.
struct Global(UnsafeCell<Bindings>);

// SAFETY: the module is built without threads, so there is only one.
unsafe impl Sync for Global {}

static BINDINGS: Global = Global(UnsafeCell::new(Bindings::new()));

fn bindings() -> &'static mut Bindings {
    // SAFETY: there is one thread, and each export takes the bindings once and calls nothing that leads back to an export.
    unsafe { &mut *BINDINGS.0.get() }
}

// SAFETY (of `no_mangle`): the module is linked alone, so no other symbol has these names.

#[unsafe(no_mangle)]
extern "C" fn answer(kind: u32, len: usize) -> *mut u8 {
    bindings().answer(kind, len).as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn text(len: usize) -> *mut u8 {
    bindings().text(len).as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn step(handle: u32) -> *const u8 {
    bindings().step(handle).as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn close(handle: u32) {
    bindings().close(handle);
}

#[cfg(not(any(feature = "semantic", feature = "unknown")))]
mod lexical {
    use super::bindings;

    #[unsafe(no_mangle)]
    extern "C" fn open(has_ranges: u32) -> *const u8 {
        bindings().open(has_ranges).as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn search(query_len: usize, limit: usize, mode: u32) -> u32 {
        bindings().search(query_len, limit, mode)
    }

    #[unsafe(no_mangle)]
    extern "C" fn semantic_request(handle: u32) -> *const u8 {
        bindings().semantic_request(handle).as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn semantic_result(handle: u32) -> *const u8 {
        bindings().semantic_result(handle).as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn unknown_request(handle: u32) -> *const u8 {
        bindings().unknown_request(handle).as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn meanings(handle: u32) -> *const u8 {
        bindings().meanings(handle).as_ptr()
    }
}

#[cfg(any(feature = "semantic", feature = "unknown"))]
mod part {
    use super::bindings;

    #[unsafe(no_mangle)]
    extern "C" fn open(has_ranges: u32) -> u32 {
        bindings().open(has_ranges)
    }

    #[unsafe(no_mangle)]
    extern "C" fn search() -> u32 {
        bindings().search()
    }
}

/// A panic is a bug; the host sees a trap and drops the instance.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
