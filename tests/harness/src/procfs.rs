//! What `/proc` says about processes: processor time and memory.

use std::collections::HashMap;
use std::fs;

/// Processor seconds (user and system) of `pid` and all its descendants: those alive, and those
/// that ended and were waited for. 0 when there is no such process.
pub(crate) fn cpu_seconds_of_tree(pid: u32) -> f64 {
    let all = processes();
    let ticks: u64 = all
        .iter()
        .filter(|(each, _)| descends(**each, pid, &all))
        .map(|(_, stat)| stat.ticks)
        .sum();
    ticks as f64 / ticks_per_second()
}

/// Bytes of the line `name` (`VmRSS`, `VmHWM`) in the status of `pid`; 0 when it is gone.
pub(crate) fn status_bytes(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Whether all threads of `pid` and of its descendants are stopped.
pub(crate) fn is_tree_stopped(pid: u32) -> bool {
    let all = processes();
    let mut tree = all.keys().filter(|each| descends(**each, pid, &all));
    tree.all(|each| is_stopped(*each))
}

fn is_stopped(pid: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    threads.into_iter().flatten().flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        // One that has ended meanwhile, or waits to be waited for, does nothing either.
        rest.is_empty() || rest.starts_with(['T', 't', 'Z', 'X'])
    })
}

fn processes() -> HashMap<u32, Stat> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, Stat::read(pid)?)))
        .collect()
}

struct Stat {
    parent: u32,
    /// Own time and that of children that were waited for.
    ticks: u64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may hold anything, so count from behind it: field 3 comes first.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        let ticks = number(14)? + number(15)? + number(16)? + number(17)?;
        Some(Self {
            parent: u32::try_from(number(4)?).ok()?,
            ticks,
        })
    }
}

fn descends(mut pid: u32, from: u32, all: &HashMap<u32, Stat>) -> bool {
    while pid != from {
        match all.get(&pid) {
            Some(stat) if stat.parent != 0 => pid = stat.parent,
            _ => return false,
        }
    }
    true
}

fn ticks_per_second() -> f64 {
    use nix::unistd::{SysconfVar, sysconf};
    sysconf(SysconfVar::CLK_TCK)
        .ok()
        .flatten()
        .map_or(100.0, |ticks| ticks as f64)
}
