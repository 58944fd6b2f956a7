# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the scripts of dev/. Sourced, never run.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
# shellcheck source=/dev/null
. "$root/LINUX"
# The suites of Debian that may have that Linux.
# shellcheck disable=SC2034
suites=(trixie-backports sid forky experimental trixie-updates trixie-security)

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

# Whether version $1 is $2 or later.
at_least()
{
	[[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

# Dies unless all these programs are there.
need()
{
	local tool

	for tool; do
		has "$tool" || die "$tool is missing: run make setup"
	done
}

# Runs a command silently. If it fails, dies with its last line.
quietly()
{
	# Not "out", which kbuild reads.
	local said

	said=$("$@" 2>&1 </dev/null) && return
	[[ $said != *"No space left"* ]] || die_full
	die "$1 failed: ${said##*$'\n'}"
}

die_full()
{
	die "disk full: free some, or make build/ a link to a larger disk; the README says what it takes"
}

# Dies unless build/ has room for $1 MB.
need_space()
{
	local free

	mkdir -p "$build"
	free=$(df -Pm "$build" | awk 'NR == 2 { print $4 }')
	((free >= $1)) || die "build/ has $free MB free, and this takes $1: free some, or make build/ a link to a larger disk"
}

# Prints the failed tests in a KTAP file, each with its first and last lines of output: failures FILE
failures()
{
	awk '/^ *not ok / { for (i = 0; i < said; i++) if (i < 4 || i >= said - 2) print line[i]; print }
		/^ *#/ { line[said++] = $0; next }
		{ said = 0 }' "$1"
}

# Prints the machine's own mirrors, "URI SUITE" on each line, as apt reads its sources.
own_sources()
{
	apt-get update --print-uris |
		sed -n "s|^'\(.*\)/dists/\(.*\)/InRelease'.*|\1 \2|p"
}

# Prints the mirror for suite $1: security suites have a mirror of their own.
mirror_of()
{
	local codename kind=

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[[ $1 != *-security ]] || kind=-security
	own_sources | awk -v own="$codename$kind" '
		$2 == own { print $1; found = 1; exit }
		!first { first = $1 }
		END { if (!found && first) print first }'
}

check_arch()
{
	case ${1:-} in
	x86_64 | arm64) ;;
	*) die "unknown ARCH '${1:-}': take x86_64 or arm64" ;;
	esac
}

# Sets pages to -$PAGES, or to nothing for 4 KiB. 4K-39 is 4 KiB, too, with addresses of 39 bits.
# shellcheck disable=SC2034
check_pages()
{
	case $1-${PAGES:-4K} in
	*-4K) pages='' ;;
	arm64-4K-39 | arm64-16K | arm64-64K) pages=-$PAGES ;;
	x86_64-*) die "PAGES=$PAGES: x86_64 has pages of 4K alone" ;;
	*) die "PAGES=$PAGES: take 4K or, on arm64, 4K-39, 16K or 64K" ;;
	esac
}

# Dies if PAGES is not 4K, and the script is made for that alone.
check_4k()
{
	[[ ${PAGES:-4K} == 4K ]] || die "PAGES=$PAGES: only make kernel, run and shell take PAGES other than 4K"
}

# Sets bytes to the size $1, such as 16G. Fails unless it is a power of two of at least $2 bytes.
parse_size()
{
	bytes=$(numfmt --from=iec -- "${1^^}" 2>/dev/null) || bytes=0
	((bytes >= $2 && (bytes & (bytes - 1)) == 0))
}

# What dev/setup found: RUSTC, RUST_LIB_SRC, LLVM, BINDGEN, CARGO, ...
read_toolchain()
{
	[[ -f $build/toolchain ]] || die "no build/toolchain yet: run make setup"
	# shellcheck source=/dev/null
	. "$build/toolchain"
	need "$RUSTC" "clang$LLVM" "ld.lld$LLVM" "$BINDGEN" "${CARGO:-a newer build/toolchain}" flex bison bc
}

# The patches in order, as patches/NAME.
series()
{
	[[ ! -f $root/patches/series ]] ||
		sed 's/#.*//' "$root/patches/series" | awk 'NF { print "patches/" $1 }'
}

# Merges fragments into one configuration and prints it: later lines win, unset options are =n, and options
# that the toolchain does not support are dropped.
merge_config()
{
	local off='/^$/d'

	[[ $INLINE_HELPERS == y ]] || off='/^CONFIG_RUST_INLINE_HELPERS=/d'
	sed -e 's/^# \(CONFIG_[A-Za-z0-9_]*\) is not set$/\1=n/' -e '/^#/d' -e '/^$/d' -e "$off" "$@" |
		awk '{ option = $0; sub(/=.*/, "", option) }
			!(option in line) { order[++n] = option } { line[option] = $0 }
			END { for (i = 1; i <= n; i++) print line[order[i]] }'
}

# Prints the options of configuration $1 that kconfig changed in $out; options that it does not list are off.
refused()
{
	# shellcheck disable=SC2154
	awk '{ option = $0; sub(/=.*/, "", option) }
		NR == FNR { line[option] = $0; next }
		$0 != (option in line ? line[option] : option "=n") { printf " %s", $0 }' \
		<(grep '^CONFIG' "$out/.config") "$1"
}

# Runs kbuild for $arch in $out, with the source $linux or else build/linux. Builds are reproducible. C is
# compiled by clang, or by gcc with compiler=gcc.
kbuild()
{
	local cache='' cross='' tools

	! has ccache || cache="ccache "
	tools=(LLVM="${LLVM:-1}" CC="${cache}clang$LLVM")
	if [[ ${compiler:-clang} == gcc ]]; then
		# shellcheck disable=SC2154
		[[ $arch != arm64 ]] || cross=aarch64-linux-gnu-
		tools=(CROSS_COMPILE="$cross" CC="$cache${cross}gcc")
	fi
	CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=y LIBCLANG_PATH=$LIBCLANG_PATH \
		make -C "${linux:-$build/linux}" O="$out" ARCH="$arch" "${tools[@]}" \
		RUSTC="$RUSTC" HOSTRUSTC="$RUSTC" RUSTDOC="${RUSTC%/*}/rustdoc" RUST_LIB_SRC="$RUST_LIB_SRC" BINDGEN="$BINDGEN" \
		KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_USER=build KBUILD_BUILD_HOST=build "$@" </dev/null
}

# Estimates the number of steps of kbuild for configuration $1: a constant, and some for each option.
steps()
{
	awk '/=y$/ { y++ } /=m$/ { m++ } END { print int(900 + 1.35 * y + 6.1 * m) }' "$1"
}

# Shows the progress of kbuild with log $1 towards about $2 steps, on one line that is overwritten, or once a
# minute if stdout is not a terminal. Ends with the shell that started it.
show_progress()
{
	local start=$SECONDS steps share left

	while sleep 2; kill -0 $$ 2>/dev/null; do
		[[ -t 1 ]] || (((SECONDS - start) % 60 < 2)) || continue
		steps=$(grep -cE '^  [A-Z]' "$1" || true)
		share=$((100 * steps / ($2 + 1)))
		((share < 99)) || share=99
		left=''
		((share < 2)) || left=", about $(((SECONDS - start) * (100 - share) / share / 60 + 1)) min left"
		printf '  %-7s %s of about %s steps, %d%%%s' STEPS "$steps" "$2" "$share" "$left"
		[[ -t 1 ]] && printf '\033[K\r' || echo
	done
}

# Runs kbuild with log $1 and about $2 steps, and shows its progress.
build_with_progress()
{
	local status=0 watcher

	show_progress "$1" "$2" &
	watcher=$!
	: >"$1"
	kbuild -j"$(nproc)" "${@:3}" >"$1" 2>&1 || status=$?
	kill "$watcher" 2>/dev/null || true
	wait "$watcher" 2>/dev/null || true
	[[ ! -t 1 ]] || printf '\033[K'
	return $status
}

# Prints the errors of a log of kbuild.
log_errors()
{
	! grep -q 'No space left on device' "$1" || die_full
	grep -E -A 12 'error(\[E[0-9]+\])?:|undefined symbol|\*\*\* ' "$1" | head -n 60 || true
}

# Prints the errors and warnings of a build with log $1 and exit status $2.
faults()
{
	if (($2 != 0)); then
		log_errors "$1" | grep . || tail -n 20 "$1"
	fi
	grep -vE '^  [A-Z]' "$1" | grep -iE -A 12 '\bwarning\b' | head -n 60 || true
}
