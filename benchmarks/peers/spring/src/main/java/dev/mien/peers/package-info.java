/// Personas and users behind Mien's API, as one would write them with Spring Boot and Spring Data JPA.
package dev.mien.peers;
