"""A file system whose disk forgets, for tests: amnesia.py DISK MOUNTPOINT

What is written lies in memory until the file is synced, as in the cache of a kernel. SIGUSR1 is a power cut: all that was
not synced is gone. Kill whoever writes first. Names of files, and their lengths when they are cut, last at once: what a
real disk may lose of those is not tried here. For flat directories of small files, such as a store in SQLite with its
locking mode EXCLUSIVE, which needs no memory shared between processes.

Needs FUSE, the right to mount, and the Python module fusepy.
"""

import errno
import os
import signal
import sys
import threading

try:
    import fusepy as fuse
except ImportError:
    import fuse

ATTRIBUTES = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime")
SPACE = ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail", "f_namemax")


class Cache:
    """A file as those see it who have it open, and which parts of that the disk does not have yet."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.content = bytearray(file.read())
        self.unsynced = []

    def write(self, data, offset):
        end = offset + len(data)
        if end > len(self.content):
            self.content.extend(bytes(end - len(self.content)))
        self.content[offset:end] = data
        self.unsynced.append((offset, end))

    def cut(self, length):
        del self.content[length:]
        self.content.extend(bytes(length - len(self.content)))
        self.unsynced = [(start, min(end, length)) for start, end in self.unsynced if start < length]

    def sync(self, path):
        if not self.unsynced:
            return
        file = os.open(path, os.O_WRONLY)
        try:
            for start, end in self.unsynced:
                os.pwrite(file, self.content[start:end], start)
            os.fsync(file)
        finally:
            os.close(file)
        self.unsynced = []


class Amnesia(fuse.Operations):
    def __init__(self, disk):
        self.disk = disk
        self.caches = {}
        self._mutex = threading.RLock()

    def __call__(self, operation, path, *arguments):
        with self._mutex:
            try:
                return super().__call__(operation, path, *arguments)
            except OSError as failure:
                raise fuse.FuseOSError(failure.errno or errno.EIO)

    def power_cut(self):
        with self._mutex:
            self.caches.clear()

    def _path(self, path):
        return self.disk + path

    def _cache(self, path):
        if path not in self.caches:
            self.caches[path] = Cache(self._path(path))
        return self.caches[path]

    def getattr(self, path, handle=None):
        status = os.lstat(self._path(path))
        attributes = {name: getattr(status, name) for name in ATTRIBUTES}
        if path in self.caches:
            attributes["st_size"] = len(self.caches[path].content)
        return attributes

    def readdir(self, path, handle):
        return [".", "..", *os.listdir(self._path(path))]

    def statfs(self, path):
        status = os.statvfs(self._path(path))
        return {name: getattr(status, name) for name in SPACE}

    def create(self, path, mode, info=None):
        os.close(os.open(self._path(path), os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode))
        return 0

    def open(self, path, flags):
        self._cache(path)
        return 0

    def read(self, path, size, offset, handle):
        return bytes(self._cache(path).content[offset : offset + size])

    def write(self, path, data, offset, handle):
        space = os.statvfs(self.disk)
        waiting = sum(end - start for cache in self.caches.values() for start, end in cache.unsynced)
        if space.f_bavail * space.f_bsize < waiting + len(data):
            raise fuse.FuseOSError(errno.ENOSPC)
        self._cache(path).write(data, offset)
        return len(data)

    def truncate(self, path, length, handle=None):
        os.truncate(self._path(path), length)
        self._cache(path).cut(length)

    def fsync(self, path, only_data, handle):
        self._cache(path).sync(self._path(path))

    def fsyncdir(self, path, only_data, handle):
        return 0

    def flush(self, path, handle):
        return 0

    def release(self, path, handle):
        return 0

    def unlink(self, path):
        os.unlink(self._path(path))
        self.caches.pop(path, None)

    def rename(self, old, new):
        os.rename(self._path(old), self._path(new))
        self.caches.pop(new, None)
        if old in self.caches:
            self.caches[new] = self.caches.pop(old)

    def mkdir(self, path, mode):
        os.mkdir(self._path(path), mode)

    def rmdir(self, path):
        os.rmdir(self._path(path))

    def chmod(self, path, mode):
        os.chmod(self._path(path), mode)

    def chown(self, path, user, group):
        os.chown(self._path(path), user, group)

    def utimens(self, path, times=None):
        os.utime(self._path(path), times)


def cut_when_told(disk):
    while True:
        signal.sigwait({signal.SIGUSR1})
        disk.power_cut()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    # A thread of its own waits for the signal: the main one is inside FUSE, where no handler runs.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    amnesia = Amnesia(os.path.realpath(sys.argv[1]))
    threading.Thread(target=cut_when_told, args=(amnesia,), daemon=True).start()
    fuse.FUSE(amnesia, sys.argv[2], foreground=True, direct_io=True, nothreads=True, attr_timeout=0)
