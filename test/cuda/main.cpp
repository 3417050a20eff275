#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "test/support/hang_guard.hpp"

namespace {

REGISTER_LISTENER("hang-guard", 1, heddle::test::HangGuard);

}  // namespace

int main(int argc, char** argv) { return doctest::Context(argc, argv).run(); }
