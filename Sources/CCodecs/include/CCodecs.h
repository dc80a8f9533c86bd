#pragma once

// libjpeg and libpng behind two small interfaces. What belongs here: whatever must call those
// libraries (their errors leave by longjmp, which may not cross Swift), and the loop over every
// pixel of a full-size row. Every setjmp lives and dies in this module.

#include "codec.h"
#include "jpeg_decoder.h"
#include "jpeg_marker_search.h"
#include "png_decoder.h"
