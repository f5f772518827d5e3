package org.qkdmesh;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.SecretBytes;

/** The direction of imports between packages, and a few rules that hold everywhere. */
@AnalyzeClasses(packages = "org.qkdmesh", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final Path SOURCES = Path.of("src", "main", "java");

    /** From top to bottom: a package may import those of the levels below its own. */
    private static final List<Set<String>> LEVELS = List.of(
            Set.of("cli"),
            Set.of("doctor"),
            Set.of("node", "simulator"),
            Set.of("sae", "relay", "seal", "discovery", "kme", "ops", "audit", "transport"),
            Set.of("routing", "store", "identity", "routefiles"),
            Set.of("crypto", "config", "etsi014", "etsi020"),
            Set.of("policy"),
            Set.of("model"));

    /** On one level only these may import each other, and only in this order. */
    private static final List<String> ON_ONE_LEVEL = List.of("sae", "relay", "seal", "kme");

    @ArchTest
    static void imports_goDownOnly(JavaClasses classes) {
        for (Set<String> level : LEVELS) {
            for (String name : level) {
                ArchRule rule = noClasses()
                        .that()
                        .resideInAPackage(packageOf(name))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(forbidden(name))
                        .allowEmptyShould(true);
                rule.check(classes);
            }
        }
    }

    @ArchTest
    static final ArchRule everyClass_isInAPackageOfTheList = classes()
            .should()
            .resideInAnyPackage(LEVELS.stream()
                    .flatMap(Set::stream)
                    .map(ArchitectureTest::packageOf)
                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule camel_isImportedOnlyWhereRoutesMeetPlainJava = noClasses()
            .that()
            .resideOutsideOfPackages(
                    packageOf("node"), packageOf("simulator"), packageOf("transport"), "..processors..")
            .and()
            .haveSimpleNameNotEndingWith("Processor")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.camel..");

    @ArchTest
    static final ArchRule model_knowsTheJdkOnly = classes()
            .that()
            .resideInAPackage(packageOf("model"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", packageOf("model"));

    /** The bytes of keys are handled in a few places, which are read with more care than the rest. */
    @ArchTest
    static final ArchRule bytesOfKeys_areReachedInFewPackages = noClasses()
            .that()
            .resideOutsideOfPackages(
                    packageOf("model"),
                    packageOf("crypto"),
                    packageOf("etsi014"),
                    packageOf("store"),
                    packageOf("kme"),
                    packageOf("relay"),
                    packageOf("ops"),
                    packageOf("transport"))
            .should()
            .callMethod(SecretBytes.class, "insecureAccess");

    @ArchTest
    static final ArchRule standardOutput_isForCommandsOnly = noClasses()
            .that()
            .resideOutsideOfPackage(packageOf("cli"))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule randomNumbers_areNeverThoseOfRandom = noClasses()
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are predictable",
                    (JavaClass other) -> other.getName().equals("java.util.Random")
                            || other.getName().equals("java.util.concurrent.ThreadLocalRandom")));

    @Test
    void everyPackage_saysWhatItIsFor() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            Set<Path> packages = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .collect(Collectors.toSet());
            assertThat(packages).allSatisfy(directory -> assertThat(directory.resolve("package-info.java"))
                    .exists());
        }
    }

    private static String[] forbidden(String name) {
        List<String> forbidden = new ArrayList<>();
        for (Set<String> level : LEVELS) {
            if (level.contains(name)) {
                int own = ON_ONE_LEVEL.indexOf(name);
                level.stream()
                        .filter(other -> !other.equals(name))
                        .filter(other -> own < 0 || ON_ONE_LEVEL.indexOf(other) < own)
                        .forEach(forbidden::add);
                break;
            }
            forbidden.addAll(level);
        }
        return forbidden.stream().map(ArchitectureTest::packageOf).toArray(String[]::new);
    }

    private static String packageOf(String name) {
        return "org.qkdmesh." + name + "..";
    }
}
