<?php /* Plugin Name: Something */
