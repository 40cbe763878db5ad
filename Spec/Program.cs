// Replaced by the generators.
return 0;
