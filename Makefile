# SPDX-License-Identifier: GPL-2.0
# Every verb is a script of its own in dev/; this file only names them.
ARCH ?= x86_64
RUST ?= y
BAR ?= 16G
QEMU ?= trixie
IOMMU ?= type1
override DEBUG := $(DEBUG:1=y)
override FULL := $(FULL:1=y)
export ARCH RUST DEBUG GDB PAGES FULL ASAN MUTANTS TEST BAR QEMU IOMMU RUNS KEEP N CHECK KERNEL_TARBALL KERNEL_TREE CONFIG MODULES
# Both and all, unless make's command line says less: what a shell exports does not halve a run.
only := $(if $(filter command,$(origin TEST)),$(TEST))
test: private export ARCH := $(if $(filter command,$(origin ARCH)),$(ARCH))
test: private export TEST := $(only)
stock fixes: private export ARCH := $(if $(filter command,$(origin ARCH)),$(ARCH))
# It has a default of its own.
debian-vm: private export BAR := $(if $(filter-out file,$(origin BAR)),$(BAR))

# Alone, make prints this help.
help:
	@sed -n 's/^#: \?//p' Makefile

#: make setup         install what is needed, say which compilers were taken
#: make tree          Linux with our files and patches, in build/linux
#: make series        the same as mails for git am, in build/series
#: make kernel        a kernel, in build/image
#: make user          the static programs that run in it, in build/user
#: make tool          pfnmap, which shows how processes map device memory, in build/tool
#: make hold          processes that map a BAR in all ways, and what pfnmap says of them
#: make deb           Debian packages of a distribution's kernel with our code, in build/deb
#: make debian-vm     install them in a Debian 13 and boot it from disk, with a guest
#: make run           map a large PCI BAR through vfio-pci and draw it
#: make passthrough   give the BAR to a guest of a real QEMU or of rust-vmm, which uses every byte
#: make test          every test, both architectures; ARCH= or TEST=NAME some of them
#: make floors        raise tests/floors, of how many must pass, to the last run's numbers
#: make configs       compile our code in every configuration that tests/configs lists
#: make harness       the page tables in user space, in every order of steps; a minute or two
#: make rust-analyzer rust-project.json, for rust-analyzer, of a kernel that was built
#: make check         static checks
#: make stock         what the fixes fix, shown on Debian's kernel and on ours; ARCH= on one alone
#: make fixes         the fixes alone, without the overlay, in a debug kernel; before the series goes out
#: make compile-fail  programs that must not compile
#: make mutants       faults that a test must find, each built in
#: make bench         instructions per operation, Rust and C
#: make shell         a shell in the kernel
#: make clean         remove what was built; downloads and tools stay
#:
#: ARCH=x86_64|arm64  architecture (x86_64; of test: both)
#: RUST=y|n           our Rust options, or C as upstream (y)
#: PAGES=16K|64K      kernel, shell: an arm64 kernel with pages of that size, and with KUnit (4K)
#: TEST=NAME          test: one group or program alone: check, "arm64 bench", huge_pfnmap_fork
#:                    ("help" lists them); configs: these rows alone
#: ASAN=y MUTANTS=y   harness: under AddressSanitizer; change every line of the layer, too
#: FULL=y             test: all kernels, KASAN, races of 60 seconds, all CPUs, configs; a night
#: BASE=y             kernel: unpatched Linux instead, which bench then measures, too
#: DEBUG=y            kernel, shell: with lockdep and DEBUG_VM; KASAN=y: with KASAN as well
#: GDB=y              kernel, shell: with debug information; the shell waits until gdb attaches
#: CONFIG=debian      deb: start from Debian's configuration, or debian-cloud, running, or a file
#: MODULES=FILE       deb: of the modules only those in FILE, which lsmod wrote
#: BAR=16G            size of the BAR of run, passthrough and shell; of debian-vm (4G)
#: QEMU=trixie        passthrough: the QEMU of a suite of Debian; bookworm's leaves the address of a
#:                    BAR to the kernel, as does rust-vmm, a monitor of rust-vmm's crates
#: IOMMU=type1|iommufd  passthrough: how vfio maps the guest for DMA (type1)
#: N=10               mutants: so many of them
#: RUNS=3 KEEP=y      bench: boots of each kernel; copy the table into Documentation
#: CHECK=y            series: compile each commit alone, in six configurations; hours
#: RUSTC= LLVM=-19    setup: compilers of yours; also RUST_LIB_SRC= and BINDGEN=
#: KERNEL_TARBALL=    a Linux tarball to use instead of Debian's
#: KERNEL_TREE=       a Linux source tree to use instead

setup tree series deb debian-vm run tool hold passthrough stock fixes test harness check compile-fail mutants rust-analyzer:
	@dev/$@

configs:
	@dev/$@ $(only)

bench:
	@RUST=n DEBUG=n dev/kernel $(ARCH)
	@RUST=y DEBUG=n dev/kernel $(ARCH)
	@dev/bench

floors:
	@dev/floors raise

kernel user:
	@dev/$@ $(ARCH)

shell:
	@dev/vm $(ARCH) --bar $(BAR) --rust $(RUST) $(if $(filter y,$(DEBUG)),--debug) $(if $(filter y,$(GDB)),--gdb)

clean:
	@find build -mindepth 1 -maxdepth 1 ! -name cache ! -name tools ! -name toolchain -exec rm -rf {} +

.PHONY: help floors setup tree series deb debian-vm kernel user tool hold run passthrough stock fixes test harness configs check compile-fail mutants rust-analyzer bench shell clean
