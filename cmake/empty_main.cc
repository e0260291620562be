// The main of a link test: the program is only linked, never asked to do anything.
int main() {
  return 0;
}
