package dev.mien;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Arrows point one way: features use documents, documents use the store, and nothing below knows a feature.
///
/// That no cycle exists is not asked: `config` names the settings records of `store`, `http` and `worker`, and these
/// are annotated with its `@Setting`.
class ArchitectureTest {
    private static final JavaClasses MIEN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mien");

    @Test
    void foundations_nameNoFeature() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.mien.store..", "dev.mien.cache..", "dev.mien.http..", "dev.mien.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.mien.persona..",
                        "dev.mien.user..",
                        "dev.mien.document..",
                        "dev.mien.web..",
                        "dev.mien.worker..")
                .check(MIEN);
    }

    @Test
    void store_namesNoHttp() {
        noClasses()
                .that()
                .resideInAPackage("dev.mien.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.mien.http..", "io.helidon..")
                .check(MIEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgres"})
    void storesOfOneDatabase_areNamedByTheGraphAlone(String database) {
        String store = "dev.mien.store." + database + "..";
        noClasses()
                .that()
                .resideOutsideOfPackages(store, "dev.mien.worker..", "dev.mien.cli..")
                .and()
                .doNotBelongToAnyOf(Mien.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(store)
                .check(MIEN);
    }

    @ParameterizedTest
    @CsvSource({"persona, label", "label, document", "user, document", "asset, document"})
    void feature_usesOnlyWhatIsBelowIt(String feature, String below) {
        classes()
                .that()
                .resideInAPackage("dev.mien." + feature + "..")
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("dev.mien.."))
                        .or(resideInAnyPackage(
                                "dev.mien." + feature + "..",
                                "dev.mien." + below + "..",
                                "dev.mien.document..",
                                "dev.mien.store",
                                "dev.mien.http..",
                                "dev.mien.api..")))
                .check(MIEN);
    }

    /// Rendering is a function: only its resource knows of requests and of the store.
    @Test
    void rendering_readsNothingButItsArguments() {
        noClasses()
                .that()
                .resideInAPackage("dev.mien.render..")
                .and()
                .doNotHaveSimpleName("RenderResource")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.mien.store..", "dev.mien.http..", "dev.mien.persona..", "io.helidon..")
                .check(MIEN);
    }

    @Test
    void card_usesPersonasAndAssetsAndWhatIsBelowThem() {
        noClasses()
                .that()
                .resideInAPackage("dev.mien.card..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.mien..")
                        .and(not(resideInAnyPackage(
                                "dev.mien.card..",
                                "dev.mien.persona..",
                                "dev.mien.asset..",
                                "dev.mien.document..",
                                "dev.mien.store",
                                "dev.mien.http..",
                                "dev.mien.config..",
                                "dev.mien.api.."))))
                .check(MIEN);
    }

    @Test
    void document_namesNoFeature() {
        noClasses()
                .that()
                .resideInAPackage("dev.mien.document..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.mien.persona..",
                        "dev.mien.label..",
                        "dev.mien.user..",
                        "dev.mien.web..",
                        "dev.mien.worker..")
                .check(MIEN);
    }

    @Test
    void graph_isMadeByTheWorkerAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mien.worker..")
                .and()
                .doNotBelongToAnyOf(Mien.class)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Mien.class)
                .check(MIEN);
    }
}
