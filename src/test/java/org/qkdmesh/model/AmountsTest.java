package org.qkdmesh.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 bit",
        "1, 1 bit",
        "999, 999 bit",
        "1000, 1 kbit",
        "1500, 1.5 kbit",
        "16384, 16.4 kbit",
        "123456, 123 kbit",
        "999499, 999 kbit",
        "999500, 1.0 Mbit",
        "8388608, 8.4 Mbit",
        "0.5, 0.5 bit",
        "-2048, -2.0 kbit"
    })
    void bits_haveThreeDigitsAndAUnit(double bits, String text) {
        assertThat(Amounts.bits(bits)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "59, 59 s",
        "60, 1 min",
        "61, 1 min 1 s",
        "3600, 1 h",
        "7800, 2 h 10 min",
        "86400, 1 d",
        "442800, 5 d 3 h"
    })
    void seconds_haveTheTwoLargestUnits(long seconds, String text) {
        assertThat(Amounts.seconds(seconds)).isEqualTo(text);
    }
}
