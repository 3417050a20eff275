#pragma once

#include <vector>

#include "cuda/communicator.hpp"

namespace heddle::cuda::host {

// Carries out one operation for all ranks at once: `operations` are theirs, by rank, and agree. Reductions go in the order
// of the ranks, so that the result is the same each time. A rank's destination may be its source (where they have the
// same size), or the part of it that is its own.
void carry_out_together(const std::vector<const Collective*>& operations) noexcept;

}  // namespace heddle::cuda::host
