// SPDX-License-Identifier: GPL-2.0

//! The kernel's tracepoints of frames and exclusive pages, where it has them.
//!
//! They are turned on in an instance of their own: other traces do not see them.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Serialize;

const TRACING: &str = "/sys/kernel/tracing";
const O_NONBLOCK: i32 = 0o4000;
/// What is read at a time, in bytes: events may come faster than they are read.
const MOST: usize = 1 << 20;

/// What a tracepoint says.
#[derive(Debug, PartialEq, Serialize)]
pub struct Event {
    pub task: String,
    pub name: String,
    pub address: String,
    pub level: String,
    pub pfn: String,
    pub result: String,
}

/// Tracepoints that are on until this is dropped.
pub struct Trace {
    instance: PathBuf,
    pipe: Option<File>,
}

impl Trace {
    /// Turns the tracepoints on; `None` if the kernel has none.
    pub fn start() -> Result<Option<Self>> {
        let tracing = Path::new(TRACING);
        if !tracing.join("events/pfnmap").is_dir() {
            return Ok(None);
        }
        let name = format!("instances/pfnmap-{}", std::process::id());
        let instance = tracing.join(name);
        fs::create_dir(&instance).context(TRACING)?;
        let mut trace = Self {
            instance,
            pipe: None,
        };
        let pipe = trace.instance.join("trace_pipe");
        let mut options = File::options();
        let options = options.read(true).custom_flags(O_NONBLOCK);
        trace.pipe = Some(options.open(pipe).context(TRACING)?);
        fs::write(trace.instance.join("events/pfnmap/enable"), "1").context(TRACING)?;
        Ok(Some(trace))
    }

    /// What happened since the last call, the oldest first.
    pub fn read(&mut self) -> Result<Vec<Event>> {
        let (mut text, mut buf) = (Vec::new(), vec![0; 1 << 16]);
        while let Some(pipe) = self.pipe.as_mut().filter(|_| text.len() < MOST) {
            match pipe.read(&mut buf) {
                Ok(0) => break,
                Ok(length) => text.extend(&buf[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context(TRACING),
            }
        }
        let text = String::from_utf8_lossy(&text);
        Ok(text.lines().filter_map(event).collect())
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        // An instance that is read cannot be removed.
        self.pipe = None;
        if let Err(error) = fs::remove_dir(&self.instance) {
            eprintln!("pfnmap: {}: {error}", self.instance.display());
        }
    }
}

/// A line of the trace: `TASK-PID [CPU] FLAGS TIME: NAME: KEY=VALUE ...`.
fn event(line: &str) -> Option<Event> {
    let (head, values) = line.rsplit_once(": ")?;
    let (head, name) = head.rsplit_once(": ")?;
    let task = head.split_whitespace().rev().nth(3)?.rsplit('-').next()?;
    let value = |key: &str| {
        let mut words = values.split(' ').filter_map(|word| word.split_once('='));
        words.find_map(|(name, value)| (name == key).then(|| value.to_owned()))
    };
    Some(Event {
        task: task.into(),
        name: name.into(),
        address: value("address")?,
        level: value("level")?,
        pfn: value("pfn")?,
        result: value("result")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_trace() {
        let line = "  CPU 0: KVM-71      [001] d..1.   12.345678: pfnmap_insert: mm=00000000f00 \
                    address=0x7fd200000000 level=pud pfn=0x400000 result=NOPAGE";
        assert_eq!(
            event(line),
            Some(Event {
                task: "71".into(),
                name: "pfnmap_insert".into(),
                address: "0x7fd200000000".into(),
                level: "pud".into(),
                pfn: "0x400000".into(),
                result: "NOPAGE".into(),
            })
        );
        assert_eq!(event("CPU:0 [LOST 17 EVENTS]"), None);
        assert_eq!(event(""), None);
    }
}
