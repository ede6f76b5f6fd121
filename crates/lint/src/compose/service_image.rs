//! The images that the services of a Compose file build.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_syntax::compose::{Build, Service};

use crate::image_facts::ImageFacts;
use crate::project::links::compose::{HostVariables, image_build};
use crate::{ComposeContext, ImageBuild, Place};

/// A service's build, with the image that it makes.
#[derive(Clone, Debug)]
pub struct ServiceImage {
    /// The build: its paths, its target, its arguments.
    pub build: ImageBuild,
    /// What the Dockerfile makes; `None` where there is no such file, or its place isn't known.
    pub image: Option<Arc<ImageFacts>>,
}

impl<'y> ComposeContext<'_, 'y> {
    /// The build of a service and what its Dockerfile says; `None` for a service whose image is
    /// pulled, and where nobody knows where the Compose file lies.
    pub fn service_image(&self, service: &Service<'y>) -> Option<ServiceImage> {
        self.service_images().get(service.name)?.clone()
    }

    /// The image that a service builds, if it is certain what that is: its Dockerfile can be read, has
    /// the stage, and no argument of the build chooses what the stage stands on.
    pub fn image_of(&self, service: &Service<'y>) -> Option<Arc<ImageFacts>> {
        let found = self.service_image(service)?;
        let image = found.image?;
        let is_chosen = |name: &String| found.build.args.iter().any(|it| it.0 == *name);
        let certain = found.build.target_known
            && image.has_target()
            && !image.is_broken
            && !image.base_variables.iter().any(is_chosen);
        certain.then_some(image)
    }

    fn service_images(&self) -> &BTreeMap<&'y str, Option<ServiceImage>> {
        self.facts.images.get_or_init(|| {
            let Some(place) = self.place() else { return BTreeMap::new() };
            let builds = |it: &&Service<'y>| it.is_built() || it.extends_elsewhere();
            let built = self.facts.compose.services.iter().filter(builds);
            let variables = HostVariables::beside(place.files(), &place.path);
            let read = built.map(|service| {
                let build = image_build(place.files(), &place.path, service, &variables);
                let found = build.map(|build| {
                    let image = image(place, service, &build);
                    ServiceImage { build, image }
                });
                (service.name, found)
            });
            read.collect()
        })
    }
}

/// The image of a build; `None` where there is no such Dockerfile.
fn image(place: &Place, service: &Service<'_>, build: &ImageBuild) -> Option<Arc<ImageFacts>> {
    let target = build.target.as_deref();
    let Some(text) = service.build().as_ref().and_then(Build::dockerfile_inline) else {
        return place.project.image(build.dockerfile.as_deref()?, target);
    };
    let name = place.files().name(&place.path);
    let text = text.text.replace("$$", "$").into();
    let image = ImageFacts::read(&place.path, name, &text, target);
    Some(Arc::new(ImageFacts { is_inline: true, ..image }))
}
