// SPDX-License-Identifier: GPL-2.0

//! Processes, as `/proc` shows them.

use std::{fs, io};

/// A mapping of a file.
#[derive(Debug, PartialEq)]
pub struct Map {
    pub start: u64,
    pub end: u64,
    pub offset: u64,
    pub path: String,
}

/// A process, by its number.
#[derive(Clone, Copy)]
pub struct Process(pub i32);

impl Process {
    pub fn all() -> io::Result<Vec<Process>> {
        let pid = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
        let entries = fs::read_dir("/proc")?.flatten();
        Ok(entries.filter_map(pid).map(Process).collect())
    }

    pub fn name(self) -> io::Result<String> {
        Ok(self.read("comm")?.trim_end().to_owned())
    }

    /// What it maps of files.
    pub fn maps(self) -> io::Result<Vec<Map>> {
        Ok(self.read("maps")?.lines().filter_map(map).collect())
    }

    /// The links of its descriptors, and what the kernel says of each file.
    pub fn files(self) -> impl Iterator<Item = (String, String)> {
        let entries = fs::read_dir(format!("/proc/{}/fd", self.0));
        let file = move |entry: fs::DirEntry| {
            let link = fs::read_link(entry.path()).ok()?;
            let info = self.read(&format!("fdinfo/{}", entry.file_name().to_str()?));
            Some((link.to_str()?.to_owned(), info.unwrap_or_default()))
        };
        entries.into_iter().flatten().flatten().filter_map(file)
    }

    /// The text of a file of its folder. Names of files need not be UTF-8.
    fn read(self, name: &str) -> io::Result<String> {
        let text = fs::read(format!("/proc/{}/{name}", self.0))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A line of `/proc/PID/maps`; `None` if that is of no file.
fn map(line: &str) -> Option<Map> {
    let hex = |text| u64::from_str_radix(text, 16).ok();
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let offset = words.nth(1)?;
    // After device, inode and spaces.
    let path = words.nth(2)?.trim_start();
    Some(Map {
        start: hex(start)?,
        end: hex(end)?,
        offset: hex(offset)?,
        path: (!path.is_empty()).then(|| path.to_owned())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_maps() {
        assert_eq!(
            map("7f0000000000-7f0400000000 rw-s 40000000000 00:10 1033             a [b]"),
            Some(Map {
                start: 0x7f00_0000_0000,
                end: 0x7f04_0000_0000,
                offset: 4 << 40,
                path: "a [b]".into(),
            })
        );
        assert_eq!(
            map("7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 "),
            None
        );
        assert_eq!(map("7ffc00000000 rw-p"), None);
    }

    #[test]
    fn of_this_process() {
        let me = Process(std::process::id() as i32);
        assert!(Process::all().unwrap().iter().any(|other| other.0 == me.0));
        assert!(me.name().is_ok_and(|name| !name.is_empty()));
        let program = std::env::current_exe().unwrap();
        let maps = me.maps().unwrap();
        assert!(maps.iter().any(|map| program.as_os_str() == &*map.path));
        let file = fs::File::open(&program).unwrap();
        assert!(me
            .files()
            .any(|(link, info)| program.as_os_str() == &*link && info.contains("flags:")));
        drop(file);
        assert_eq!(
            Process(i32::MAX).maps().unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
