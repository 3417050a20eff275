#pragma once

namespace heddle::cuda {

// Something that others hold references to, on any thread, and that dies on its device's thread: the last reference
// only sends it there.
class Disposable {
 public:
  Disposable() = default;
  Disposable(const Disposable&) = delete;
  Disposable& operator=(const Disposable&) = delete;
  virtual ~Disposable() = default;

  // On the device's thread, before the object is deleted there. Not called when the device has closed.
  virtual void dispose() noexcept = 0;

  Disposable* next = nullptr;  // the inbox of the device
};

}  // namespace heddle::cuda
