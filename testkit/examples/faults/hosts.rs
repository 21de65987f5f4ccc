//! Ways to run futures: the columns of the table.

#[path = "../../../adapter-smol/tests/own/mod.rs"]
mod own;

use std::future::Future;

use testkit::conformance::Adapter;
use testkit::faults::Outcome;
use tokio::runtime::Builder;

pub(crate) trait Host {
    const NAME: &'static str;
    /// Whether everything runs on the calling thread, so that its memory can be measured.
    const ON_ONE_THREAD: bool;
    type Runtime: Adapter;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome;
}

pub(crate) struct TokioOnOne;
pub(crate) struct TokioOnTwo;
pub(crate) struct SmolOnOne;
pub(crate) struct SmolOnTwo;
#[cfg(target_os = "linux")]
pub(crate) struct Glommio;

impl Host for TokioOnOne {
    const NAME: &'static str = "tokio";
    const ON_ONE_THREAD: bool = true;
    type Runtime = adapter_tokio::Tokio;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        Builder::new_current_thread().enable_all().build()?.block_on(future)
    }
}

impl Host for TokioOnTwo {
    const NAME: &'static str = "tokio, 2 threads";
    const ON_ONE_THREAD: bool = false;
    type Runtime = adapter_tokio::Tokio;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(future)
    }
}

impl Host for SmolOnOne {
    const NAME: &'static str = "smol";
    const ON_ONE_THREAD: bool = true;
    type Runtime = own::Own;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        own::on_one_thread(future)
    }
}

impl Host for SmolOnTwo {
    const NAME: &'static str = "smol, 2 threads";
    const ON_ONE_THREAD: bool = false;
    type Runtime = own::Own;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        own::on_two_threads(future)
    }
}

#[cfg(target_os = "linux")]
impl Host for Glommio {
    const NAME: &'static str = "glommio";
    const ON_ONE_THREAD: bool = true;
    type Runtime = adapter_glommio::Glommio;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        let builder = glommio::LocalExecutorBuilder::default();
        // Next to nothing of what the kernel lets a user lock.
        builder.io_memory(64 << 10).ring_depth(128).make()?.run(future)
    }
}
