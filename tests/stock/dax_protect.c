// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd tracks writes to device DAX, and is closed.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/userfaultfd.h>

#include "dax.h"

int main(void)
{
	char *va = dax_map();
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_WP_ASYNC };
	struct uffdio_register range = {
		.range = { .start = (unsigned long)va, .len = DAX_SIZE },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	CHECK(uffd >= 0, "userfaultfd(): errno %d", errno);
	CHECK_EQ(0, ioctl(uffd, UFFDIO_API, &api), "errno %d", errno);
	CHECK_EQ(0, ioctl(uffd, UFFDIO_REGISTER, &range), "errno %d", errno);
	CHECK_EQ(0, close(uffd), "errno %d", errno);
	bar_write(va, word(2));
	CHECK_EQ(word(2), bar_read(va), "after the close");
	return 0;
}
