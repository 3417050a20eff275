import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * For native addons of your own: what a C++ compiler needs of this package. Importing it does not load heddle's addon.
 * `docs/cpp.md` is the guide.
 */

/** The absolute folder for the compiler's `-I`: `#include "native/task.hpp"`, `#include "binding/promise.hpp"`. */
export const include: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The absolute folder of `heddleConfig.cmake`: `cmake -Dheddle_DIR=$(node -p "require('heddle/include').cmake")`. */
export const cmake: string = join(include, 'cmake')
