# SPDX-License-Identifier: GPL-2.0
# Each target is a script in dev/; this file only names them.
ARCH ?= x86_64
RUST ?= y
BAR ?= 16G
QEMU ?= trixie
IOMMU ?= type1
override DEBUG := $(DEBUG:1=y)
override FULL := $(FULL:1=y)
export ARCH RUST DEBUG GDB PAGES FULL QUICK ASAN MUTANTS TEST BAR QEMU IOMMU RUNS KEEP N CHECK KERNEL_TARBALL KERNEL_TREE CONFIG MODULES
# Both architectures and all tests, unless make's command line says less: the environment does not count.
only := $(if $(filter command,$(origin TEST)),$(TEST))
test: private export ARCH := $(if $(filter command,$(origin ARCH)),$(ARCH))
test: private export TEST := $(only)
stock fixes: private export ARCH := $(if $(filter command,$(origin ARCH)),$(ARCH))
# dev/debian-vm has a default of its own.
debian-vm: private export BAR := $(if $(filter-out file,$(origin BAR)),$(BAR))

# Alone, make prints this help.
help:
	@sed -n 's/^#: \?//p' Makefile

#: make setup         install what is needed, and print which compilers were chosen
#: make tree          Linux with our files and patches, in build/linux
#: make series        the same as mails for git am, in build/series
#: make kernel        a kernel, in build/image
#: make user          the static programs that run in it, in build/user
#: make tool          pfnmap, which shows how processes map device memory, in build/tool
#: make hold          boot processes that map a BAR in different ways, and check pfnmap's output
#: make deb           Debian packages of a distribution's kernel with our code, in build/deb
#: make debian-vm     install them in a Debian 13 VM, boot it from disk, give a BAR to a guest
#: make run           map a large PCI BAR through vfio-pci, and draw the mapping
#: make passthrough   give the BAR to a guest of QEMU or of rust-vmm, which uses every byte
#: make test          every test, both architectures; ARCH= or TEST=NAME only some
#: make floors        raise tests/floors, how many tests must pass, to the last run's numbers
#: make configs       compile our code in every configuration that tests/configs lists
#: make harness       the Rust layer in user space, in all orders with up to two preemptions; two minutes
#: make rust-analyzer rust-project.json for rust-analyzer, from a kernel that was built
#: make check         static checks, and the quick tests of make harness
#: make stock         reproduce the bugs that we fix, on Debian's kernel and on ours
#: make fixes         the same on a debug kernel of the fixes alone, and upstream's selftests
#: make compile-fail  programs that must not compile
#: make mutants       break our code in one way at a time: a test must fail each time
#: make bench         instructions for each operation, in Rust and in C
#: make shell         a shell in the kernel
#: make clean         remove what was built; downloads and tools stay
#:
#: ARCH=x86_64|arm64  architecture (x86_64; test, stock and fixes: both)
#: RUST=y|n           with our Rust options, or with C as upstream (y)
#: PAGES=16K|64K      kernel, run, shell: an arm64 kernel with pages of that size, and KUnit (4K);
#:                    4K-39: pages of 4K, and addresses of 39 bits, which take three levels of tables
#: TEST=NAME          test: one group or program: check, "arm64 bench", huge_pfnmap_fork ("help"
#:                    lists them); harness: one test; configs: these rows
#: QUICK=y            harness: only the tests of one thread, which take seconds
#: ASAN=y             harness: under AddressSanitizer
#: MUTANTS=y|FILE     harness: change every line of the layer, too, or of one file
#: FULL=y             test: all kernels, KASAN, races of 60 seconds, all CPUs, configs; a night;
#:                    harness: all mutants
#: BASE=y             kernel: unpatched Linux instead; bench: also unpatched Linux
#: DEBUG=y            kernel, shell: with lockdep and DEBUG_VM
#: KASAN=y            kernel: with DEBUG=y, also with KASAN
#: GDB=y              kernel, shell: with debug information; the shell waits until gdb attaches
#: CONFIG=debian      deb: start from Debian's configuration, or debian-cloud, running, or a file
#: MODULES=FILE       deb: only the modules in FILE, the output of lsmod
#: BAR=16G            size of the BAR of run, passthrough and shell; of debian-vm (4G)
#: QEMU=trixie        passthrough: the QEMU of this suite of Debian. That of bookworm leaves the
#:                    address of the BAR to the kernel, and so does QEMU=rust-vmm
#: IOMMU=type1|iommufd  passthrough: how vfio maps the guest for DMA (type1)
#: N=10               mutants: only 10 of them
#: RUNS=3 KEEP=y      bench: boots of each kernel; copy the table into Documentation; RUNS= of harness: more
#:                    random orders (200)
#: CHECK=y            series: compile after each commit, fixes in six configurations; hours; or CHECK="7 8";
#:                    or CHECK=groups, each group of fixes without the others
#: RUSTC= LLVM=-19    setup: compilers of yours; also RUST_LIB_SRC= and BINDGEN=
#: KERNEL_TARBALL=    a Linux tarball to use instead of Debian's
#: KERNEL_TREE=       a Linux source tree to use instead

setup tree series deb debian-vm run tool hold passthrough stock fixes test harness check compile-fail mutants rust-analyzer:
	@dev/$@

configs:
	@dev/$@ $(only)

# dev/bench refuses PAGES, too, but only after these kernels.
bench:
	@$(if $(filter-out 4K,$(PAGES)),$(error PAGES=$(PAGES): only make kernel, run and shell take PAGES other than 4K))
	@$(if $(filter y,$(BASE)),DEBUG=n dev/kernel $(ARCH))
	@BASE=n RUST=n DEBUG=n dev/kernel $(ARCH)
	@BASE=n RUST=y DEBUG=n dev/kernel $(ARCH)
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
