package kitsune;

import java.util.Map;

import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/** Stands in for the names that the analyser of users' e-mail addresses is made of; no test searches by them. */
public final class EmailAnalysis extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of("pattern_capture", EmailAnalysis::unchanged, "unique", EmailAnalysis::unchanged);
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("uax_url_email", EmailAnalysis::standard);
    }

    private static TokenizerFactory standard(IndexSettings index, Environment node, String name, Settings settings) {
        return TokenizerFactory.newFactory(name, StandardTokenizer::new);
    }

    private static TokenFilterFactory unchanged(IndexSettings index, Environment node, String name, Settings settings) {
        return new TokenFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public TokenStream create(TokenStream tokens) {
                return tokens;
            }
        };
    }
}
