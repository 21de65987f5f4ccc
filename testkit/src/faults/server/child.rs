//! The process in which the server under test runs.

use std::env;
use std::fs;
use std::io::{self, BufRead};
use std::thread;
use std::time::Duration;

use adapter_core::server::{Cores, Listen, RunningServer, Serving, Threads};
use adapter_core::{Address, Spawn};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Problem;
use super::plan::Plan;
use super::service::{Books, Target};

/// Which runtime's server this process is to be; none, if it is no such process.
///
/// A program that runs sections asks this first, and calls [`serve`] if it is one.
#[must_use]
pub fn asked_for() -> Option<String> {
    env::var(RUNTIME).ok()
}

/// Is the server, until it is shut down or the one who started it is gone.
///
/// # Errors
///
/// When there can be no server.
pub fn serve<T: Threads>() -> Result<(), Problem>
where
    T::Local: Spawn<Serving<T::Local, Target>>,
{
    let plan = Plan::read(&env::var(PLAN)?);
    if let Some(files) = plan.files {
        let maximum = getrlimit(Resource::Nofile).maximum;
        setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum })?;
    }
    let listen =
        |address| Listen::new(address).with_accept(plan.accept()).with_session(plan.session());
    let listens =
        [listen(Address::Tcp("127.0.0.1:0".parse()?)), listen(Address::Unix(plan.path.clone()))];
    let books = Books::default();
    let mut cores = Cores::default();
    cores.threads = 1;
    let service = {
        let books = books.clone();
        move |_, _: &T::Local| Target::new(books.clone())
    };
    let running = RunningServer::start::<T, _>(listens, &Plan::options(), &cores, service)?;
    let address = running.addresses().next().ok_or("it listens nowhere")?;
    println!("{MARK}listening {address}");
    let (handle, path) = (running.handle(), plan.path);
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if let Ok(millis) = line.trim().parse() {
                handle.shutdown(Duration::from_millis(millis));
            }
        }
        // Nobody is there any more.
        let _ = fs::remove_file(path);
        std::process::exit(1);
    });
    running.join()?;
    for (what, number) in books.all().iter() {
        println!("{MARK}counted {number} {what}");
    }
    println!("{MARK}ended");
    std::process::exit(0);
}

/// Lets this process have as many files open as it may have at all: how many that is.
pub(super) fn raise_files() -> io::Result<u64> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    Ok(maximum.unwrap_or(u64::MAX))
}

/// The environment variables that make a process the server.
pub(super) const RUNTIME: &str = "FAULTS_SERVER_RUNTIME";
pub(super) const PLAN: &str = "FAULTS_SERVER_PLAN";
/// What is for the parent starts so; a test harness may print as well, on the same line even.
pub(super) const MARK: &str = "@faults ";
