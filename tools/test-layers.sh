exec sh "$top_srcdir/tools/check-layers" "$top_srcdir"
