#!/bin/sh
# prebuildify calls this as node-gyp, with node-gyp's arguments; the addon is built by cmake-js.
exec cmake-js rebuild -O build/Release -G Ninja -T heddle
