#!/usr/bin/perl
# Writes the hold music: four soft chords of three seconds, 16-bit mono WAV, at 8 kHz and at 16 kHz.
# Usage: hold-music.pl DIRECTORY
use strict;
use warnings;

my $directory = shift or die "usage: hold-music.pl DIRECTORY\n";
my @chords = ([262, 330, 392], [220, 262, 330], [175, 220, 262], [196, 247, 294]);
my ($length, $loudness, $fade) = (3.0, 0.05, 0.4);

for my $shape (['wav', 8000], ['wav16', 16000]) {
    my ($suffix, $rate) = @$shape;
    my $sound = '';
    for my $chord (@chords) {
        for my $n (0 .. $length * $rate - 1) {
            my $t = $n / $rate;
            my $edge = $t < $fade ? $t / $fade : $length - $t < $fade ? ($length - $t) / $fade : 1;
            my $value = 0;
            $value += sin(6.283185307 * $_ * $t) for @$chord;
            $sound .= pack 's<', 32767 * $loudness * $edge * $value;
        }
    }
    open my $file, '>:raw', "$directory/chords.$suffix" or die "$directory/chords.$suffix: $!\n";
    print $file 'RIFF', pack('L<', 36 + length $sound), 'WAVEfmt ', pack('L<S<S<L<L<S<S<', 16, 1, 1, $rate, 2 * $rate, 2, 16),
        'data', pack('L<', length $sound), $sound;
    close $file or die "$directory/chords.$suffix: $!\n";
}
