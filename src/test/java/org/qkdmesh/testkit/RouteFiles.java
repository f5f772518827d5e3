package org.qkdmesh.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Directories of route files. */
final class RouteFiles {

    private RouteFiles() {}

    /** Puts the routes of this version of qkd-mesh into a directory. */
    static void copyDelivered(Path into) throws IOException {
        URL here = RouteFiles.class.getResource("routes");
        if (here == null) {
            throw new IllegalStateException(
                    "the test kit has no routes in it: it was not built by the project's pom.xml");
        }
        try {
            URI uri = here.toURI();
            if (uri.getScheme().equals("jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                    copy(jar.getPath("/org/qkdmesh/testkit/routes"), into);
                }
            } else {
                copy(Path.of(uri), into);
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Puts the files of a directory into another, over files of the same name.
     *
     * @throws NoSuchFileException when it is no directory, or no route file is in it
     */
    static void copy(Path from, Path into) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.isDirectory(from) ? Files.walk(from) : Stream.empty()) {
            files = all.filter(Files::isRegularFile).toList();
        }
        if (files.stream().noneMatch(file -> file.toString().endsWith(".camel.yaml"))) {
            throw new NoSuchFileException(from.toString(), null, "a directory with .camel.yaml files is needed");
        }
        for (Path file : files) {
            Path target = into.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static void delete(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(directory)) {
            paths = all.sorted((one, other) -> other.compareTo(one)).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }
}
