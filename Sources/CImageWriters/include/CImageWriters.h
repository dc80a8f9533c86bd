#pragma once

// JPEG and PNG writers for tests, the demonstration and benchmarks, which need every variant of the
// two formats that real photos come in. The daemon does not link this.

#include "jpeg_writer.h"
#include "png_writer.h"
