# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts of dev/ share; sourced, never run.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
# shellcheck source=/dev/null
. "$root/LINUX"

say()
{
	printf '  %-7s %s\n' "$1" "$2"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit 1
}

has()
{
	command -v "$1" >/dev/null
}

# Runs a command silently; a failure is one line, its last.
quietly()
{
	local out

	out=$("$@" 2>&1 </dev/null) && return
	[[ $out != *"No space left"* ]] || die_full
	die "$1 failed: ${out##*$'\n'}"
}

die_full()
{
	die "disk full: build/ needs 8 GB; free some, or make build/ a link to a larger disk"
}

# Dies unless build/ has room for $1 MB.
need_space()
{
	local free

	mkdir -p "$build"
	free=$(df -Pm "$build" | awk 'NR == 2 { print $4 }')
	((free >= $1)) || die_full
}

check_arch()
{
	case ${1:-} in
	x86_64 | arm64) ;;
	*) die "unknown ARCH '${1:-}': take x86_64 or arm64" ;;
	esac
}

# Sets bytes to what size $1 says, such as 16G. Fails unless that is a power of two from $2 bytes on.
parse_size()
{
	bytes=$(numfmt --from=iec -- "${1^^}" 2>/dev/null) || bytes=0
	((bytes >= $2 && (bytes & (bytes - 1)) == 0))
}

# What dev/setup found: RUSTC, RUST_LIB_SRC, LLVM, BINDGEN, ...
read_toolchain()
{
	local tool

	[[ -f $build/toolchain ]] || die "no build/toolchain yet: run make setup"
	# shellcheck source=/dev/null
	. "$build/toolchain"
	for tool in "$RUSTC" "clang$LLVM" "ld.lld$LLVM" "$BINDGEN" flex bison bc; do
		has "$tool" || die "$tool is not there: run make setup"
	done
}

# The patches in order, as patches/NAME.
series()
{
	[[ ! -f $root/patches/series ]] ||
		sed 's/#.*//' "$root/patches/series" | awk 'NF { print "patches/" $1 }'
}
