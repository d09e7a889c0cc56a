#include "store/testing_disk.h"

#include <sqlite3.h>

#include <cstring>
#include <new>

#include "base/check.h"

namespace concordat::store {
namespace {

FaultyDisk* disk = nullptr;
sqlite3_vfs* below = nullptr;
sqlite3_vfs layer;

// What SQLite holds for an open file; the real file lies behind it.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* RealOf(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }

template <auto Method, class... Args>
int Pass(sqlite3_file* file, Args... args) {
  sqlite3_file* real = RealOf(file);
  return (real->pMethods->*Method)(real, args...);
}

int Write(sqlite3_file* file, const void* data, int length, sqlite3_int64 offset) {
  if (disk->writes_left-- <= 0) return SQLITE_FULL;
  return Pass<&sqlite3_io_methods::xWrite>(file, data, length, offset);
}

int Sync(sqlite3_file* file, int flags) {
  ++disk->syncs;
  if (disk->syncs_left-- <= 0) return SQLITE_IOERR_FSYNC;
  return Pass<&sqlite3_io_methods::xSync>(file, flags);
}

void Barrier(sqlite3_file* file) { RealOf(file)->pMethods->xShmBarrier(RealOf(file)); }

using Io = sqlite3_io_methods;
const Io kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return Pass<&Io::xClose>(f); },
    .xRead = [](sqlite3_file* f, void* d, int n, sqlite3_int64 o) { return Pass<&Io::xRead>(f, d, n, o); },
    .xWrite = Write,
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return Pass<&Io::xTruncate>(f, n); },
    .xSync = Sync,
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return Pass<&Io::xFileSize>(f, n); },
    .xLock = [](sqlite3_file* f, int l) { return Pass<&Io::xLock>(f, l); },
    .xUnlock = [](sqlite3_file* f, int l) { return Pass<&Io::xUnlock>(f, l); },
    .xCheckReservedLock = [](sqlite3_file* f, int* r) { return Pass<&Io::xCheckReservedLock>(f, r); },
    .xFileControl = [](sqlite3_file* f, int op, void* a) { return Pass<&Io::xFileControl>(f, op, a); },
    .xSectorSize = [](sqlite3_file* f) { return Pass<&Io::xSectorSize>(f); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return Pass<&Io::xDeviceCharacteristics>(f); },
    .xShmMap = [](sqlite3_file* f, int p, int s, int e,
                  void volatile** out) { return Pass<&Io::xShmMap>(f, p, s, e, out); },
    .xShmLock = [](sqlite3_file* f, int o, int n, int l) { return Pass<&Io::xShmLock>(f, o, n, l); },
    .xShmBarrier = Barrier,
    .xShmUnmap = [](sqlite3_file* f, int d) { return Pass<&Io::xShmUnmap>(f, d); },
};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* opened = new (file) File{};
  const int code = below->xOpen(below, name, opened->real(), flags, out_flags);
  opened->base.pMethods = opened->real()->pMethods == nullptr ? nullptr : &kMethods;
  return code;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  CHECK(disk == nullptr);
  disk = this;
  below = sqlite3_vfs_find(nullptr);
  layer = *below;
  layer.zName = "concordat-faulty";
  layer.szOsFile += static_cast<int>(sizeof(File));
  layer.xOpen = Open;
  CHECK(sqlite3_vfs_register(&layer, 1) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() {
  CHECK(sqlite3_vfs_unregister(&layer) == SQLITE_OK);
  CHECK(sqlite3_vfs_register(below, 1) == SQLITE_OK);
  disk = nullptr;
}

}  // namespace concordat::store
